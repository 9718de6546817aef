import { locations as builtIn, type EndpointNetwork, type Location, type LocationKind } from '../../model/location';
import type { EngineClock } from '../clock';
import { CosFailure } from '../failure';
import type { HttpClient } from '../http/httpClient';
import { refuseRedirect, withRedirects } from '../http/redirects';
import { orAborted } from '../orAborted';

/** Where IBM's catalogue of endpoints answers unless a connection says otherwise (control-plane §0). */
const defaultCatalogueEndpoint = 'https://control.cloud-object-storage.cloud.ibm.com/v2';

/** Locations as the catalogue has them, or the built-in ones where it cannot be had. */
export interface LocationCatalogue {
  /** Never fails but with `cancelled`: a list of places to choose from must not need the internet. */
  list(endpoint: string | undefined, signal: AbortSignal): Promise<readonly Location[]>;
  /** Ends a request under way. */
  close(): void;
}

/** The server's conditional requests are unreliable, so what was fetched counts for a time (control-plane §6). */
const goodForMs = 24 * 3_600_000;
const failedForMs = 10 * 60_000;
/** A person waits for it. */
const patienceMs = 5000;
const maxAnswerBytes = 4 * 1024 * 1024;
const op = 'ListEndpoints';

interface Held {
  readonly locations: Promise<readonly Location[]>;
  untilMs: number;
}

/** A catalogue that is fetched once for all who ask, without credentials. */
export function createLocationCatalogue(http: HttpClient, clock: EngineClock): LocationCatalogue {
  const held = new Map<string, Held>();
  const closing = new AbortController();

  function fetchFrom(endpoint: string): Held {
    const limit = AbortSignal.any([closing.signal, AbortSignal.timeout(patienceMs)]);
    const entry: Held = {
      untilMs: Number.POSITIVE_INFINITY,
      locations: fetchLocations(http, endpoint, limit).then(
        (locations) => {
          entry.untilMs = clock.monotonicMs() + goodForMs;
          return locations;
        },
        () => {
          entry.untilMs = clock.monotonicMs() + failedForMs;
          return builtIn;
        },
      ),
    };
    held.set(endpoint, entry);
    return entry;
  }

  return {
    async list(endpoint = defaultCatalogueEndpoint, signal) {
      const known = held.get(endpoint);
      const entry = known !== undefined && clock.monotonicMs() < known.untilMs ? known : fetchFrom(endpoint);
      return await orAborted(entry.locations, signal);
    },
    close() {
      closing.abort(new Error('the engine is closing'));
    },
  };
}

async function fetchLocations(http: HttpClient, endpoint: string, signal: AbortSignal): Promise<readonly Location[]> {
  const base = new URL(endpoint);
  const send = async (path: string): Promise<readonly Location[]> =>
    await http.send(
      {
        op,
        origin: base.origin,
        repeatable: 'ifRefused',
        prepare: async () => ({
          method: 'GET',
          path,
          headers: { accept: 'application/json' },
        }),
        consume: async (answer) => {
          refuseRedirect(answer, op, base, path);
          const text = (await answer.read(maxAnswerBytes)).toString('utf8');
          const found = answer.status === 200 ? locationsOf(JSON.parse(text)) : [];
          if (found.length > 0) return found;
          const detail = `"${base.host}" answered with no catalogue of endpoints (status ${answer.status}).`;
          throw new CosFailure({ kind: 'invalid', op, host: base.host, retry: 'never', detail });
        },
      },
      signal,
    );
  return await withRedirects(base.origin, `${base.pathname.replace(/\/$/, '')}/endpoints`, send);
}

const sections: readonly (readonly [string, LocationKind])[] = [
  ['cross-region', 'crossRegion'],
  ['regional', 'regional'],
  ['single-site', 'singleSite'],
];
const networks: readonly EndpointNetwork[] = ['public', 'private', 'direct'];

/** Locations of a catalogue: those that are known first, in their own order, then new ones. Exported for tests. */
export function locationsOf(catalogue: unknown): readonly Location[] {
  const services = fieldsOf(fieldsOf(catalogue)['service-endpoints']);
  const listed = sections.flatMap(([section, kind]) =>
    Object.entries(fieldsOf(services[section])).map(([code, place]): Location => {
      const offered = networks.filter((network) => Object.keys(fieldsOf(fieldsOf(place)[network])).length > 0);
      return { code, kind, city: builtIn.find((known) => known.code === code)?.city ?? '', networks: offered };
    }),
  );
  const order = (code: string): number => {
    const at = builtIn.findIndex((known) => known.code === code);
    return at < 0 ? builtIn.length : at;
  };
  return listed
    .filter(({ networks: offered }) => offered !== undefined && offered.length > 0)
    .toSorted((one, other) => order(one.code) - order(other.code));
}

function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Readonly<Record<string, unknown>>)
    : {};
}
