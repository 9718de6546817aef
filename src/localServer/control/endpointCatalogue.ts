import type { Location } from '../locations';
import type { Route } from '../jsonService';

/** A code that no client knows, so that one which rejects unknown locations shows it. */
const unknownLocation = 'lab09';
/** Not every location has a direct endpoint. */
const withoutDirect = 'sng01';

/** Cross-region locations with the cities that have an endpoint of their own; city names may hold spaces. */
const cities: Readonly<Record<string, readonly string[]>> = {
  us: ['Dallas', 'Washington', 'San Jose'],
  eu: ['Amsterdam', 'Frankfurt'],
  ap: ['Tokyo', 'Sydney', 'Osaka'],
};

/** `GET /v2/endpoints`, no token needed (control-plane §6): full URLs where IBM's document has bare hosts. */
export function catalogueRoute(options: {
  locations: readonly Location[];
  endpointOf: (location: string) => string;
  iamEndpoint: () => string;
  configEndpoint: () => string;
}): Route {
  const { locations, endpointOf } = options;
  const sectionOf = (kind: Location['kind']) =>
    Object.fromEntries(
      locations
        .filter((location) => location.kind === kind)
        .map(({ code }) => [code, describe(code, endpointOf(code))]),
    );
  return {
    method: 'GET',
    path: '/v2/endpoints',
    operation: 'catalogue.get',
    handle: () => ({
      status: 200,
      json: {
        'identity-endpoints': { 'iam-token': options.iamEndpoint(), 'iam-policy': options.iamEndpoint() },
        'service-endpoints': {
          'cross-region': sectionOf('cross-region'),
          regional: sectionOf('regional'),
          'single-site': {
            ...sectionOf('single-site'),
            [unknownLocation]: describe(unknownLocation, endpointOf(locations[0]?.code ?? '')),
          },
        },
        'resource-configuration-endpoints': {
          global: {
            public: options.configEndpoint(),
            private: options.configEndpoint(),
            direct: options.configEndpoint(),
          },
        },
      },
    }),
  };
}

function describe(code: string, url: string): Record<string, Record<string, string>> {
  const names = cities[code] === undefined ? [code] : [`${code}-geo`, ...cities[code]];
  const hosts = Object.fromEntries(names.map((name) => [name, url]));
  return { public: hosts, private: hosts, ...(code === withoutDirect ? {} : { direct: hosts }) };
}
