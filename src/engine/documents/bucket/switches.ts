import type { DocumentProblem } from '../../../model/configDocument';
import type { BucketName } from '../../../model/ids';
import { getBucketConfig, updateBucketConfig } from '../../control/bucketConfig';
import type { BucketConfig } from '../../../model/bucketConfig';
import type { DocumentKind } from '../kind';
import type { ParsedDocument } from '../parse';
import { notAnObject } from '../rules';
import { canonical } from '../settings';
import { shapeProblems, type Shape } from '../shape';

type Values = Readonly<Record<string, unknown>>;

/** A member of a bucket that is made of switches, and of a CRN that says where to send to in the old way. */
export interface Switches {
  readonly member: 'activity_tracking' | 'metrics_monitoring';
  /** What is sent, as it stands in a sentence: `events`. */
  readonly what: string;
  readonly find: (config: BucketConfig) => Values | undefined;
  /** What stands where the service shows nothing. */
  readonly none: Values;
  /** By the name in the document: the name on the wire, what it is in a sentence, and a comment. */
  readonly switches: Readonly<Record<string, readonly [member: string, text: string, comment: string]>>;
  /** Name of the CRN in the document, and on the wire. */
  readonly crn: readonly [name: string, member: string];
  /** Problems between values that have the right shape. */
  readonly check?: (document: ParsedDocument) => readonly DocumentProblem[];
}

interface State {
  readonly etag?: string;
  readonly values?: Values;
}

/** A document of switches (control-plane §3.2). Members that the service has besides are left as they are. */
export function switchesDocument(bucket: BucketName, of: Switches): DocumentKind<unknown> {
  const names = Object.keys(of.switches);
  const shape: Shape = {
    kind: 'object',
    required: names,
    fields: {
      ...Object.fromEntries(names.map((name) => [name, { kind: 'boolean' } as const])),
      [of.crn[0]]: { kind: 'text' },
    },
  };
  const valuesOf = ({ values }: State): Values => values ?? of.none;
  return {
    read: async ({ client }, signal) => {
      const config = await getBucketConfig(client.control, bucket, signal);
      const values = of.find(config);
      return {
        ...(config.etag === undefined ? {} : { etag: config.etag }),
        ...(values === undefined ? {} : { values }),
      };
    },
    summary: (state) => {
      if (state.values === undefined) return 'not set, or not for your role to see';
      const on = names.filter((name) => state.values?.[name] === true).map((name) => of.switches[name]?.[1] ?? name);
      return on.length === 0 ? 'off' : on.join(', ');
    },
    isSame: (read, now) => canonical(valuesOf(read)) === canonical(valuesOf(now)),
    print: (state) => print(state, valuesOf(state), of),
    check: (document, state) => {
      const notAMap = notAnObject(document);
      if (notAMap.length > 0) return notAMap;
      const wrong = shapeProblems(document, [], shape);
      if (wrong.length > 0) return wrong;
      return [...crnProblems(document, of.crn[0], valuesOf(state)), ...(of.check?.(document) ?? [])];
    },
    plan: (document, state) => {
      const now = valuesOf(state);
      const changed = names.filter((name) => document.valueAt([name]) !== now[name]);
      const [crn, crnMember] = of.crn;
      const losesCrn = now[crn] !== undefined && document.valueAt([crn]) === undefined;
      if (changed.length === 0 && !losesCrn) return [];
      const patch = {
        ...Object.fromEntries(changed.map((name) => [of.switches[name]?.[0] ?? name, document.valueAt([name])])),
        ...(losesCrn ? { [crnMember]: null } : {}),
      };
      const sentences = [
        ...sentencesOf(changed, (name) => document.valueAt([name]) === true, of.switches),
        ...(losesCrn ? [`send ${of.what} where the account's routing says, and no longer to one instance`] : []),
      ];
      return [
        {
          id: of.member,
          operation: 'UpdateBucketConfig',
          sentence: `In '${bucket}': ${sentences.join('; ')}.`,
          run: async ({ client }, signal) =>
            await updateBucketConfig(client.control, bucket, { [of.member]: patch }, state.etag, signal),
        },
      ];
    },
  } satisfies DocumentKind<State>;
}

function sentencesOf(
  changed: readonly string[],
  isOn: (name: string) => boolean,
  switches: Switches['switches'],
): readonly string[] {
  const said = (names: readonly string[], verb: string): readonly string[] =>
    names.length === 0 ? [] : [`${verb} ${names.map((name) => switches[name]?.[1] ?? name).join(' and ')}`];
  return [
    ...said(changed.filter(isOn), 'send'),
    ...said(
      changed.filter((name) => !isOn(name)),
      'stop sending',
    ),
  ];
}

/** The old way can be left, and not be taken any more. */
function crnProblems(document: ParsedDocument, name: string, now: Values): readonly DocumentProblem[] {
  const wanted = document.valueAt([name]);
  if (wanted === undefined || wanted === now[name]) return [];
  const message =
    now[name] === undefined
      ? `Where things are sent is said by the account's routing rules now. Take "${name}" out.`
      : `"${name}" can be taken out, so that the account's routing rules count, and not be changed.`;
  return [document.problem([name], { severity: 'error', code: 'legacyRouting', message })];
}

function print(state: State, values: Values, of: Switches): string {
  const unseen =
    state.values === undefined
      ? '  // The service shows nothing here: it is not set, or not for your role to see.\n'
      : '';
  const lines = Object.entries(of.switches).map(
    ([name, [, , comment]]) => `  // ${comment}\n  "${name}": ${values[name] === true}`,
  );
  const crn = values[of.crn[0]];
  const legacy =
    typeof crn === 'string'
      ? [
          `  // One instance gets everything. Take this line out, and the account's routing rules count.\n  "${of.crn[0]}": ${JSON.stringify(crn)}`,
        ]
      : [];
  return `{\n${unseen}${[...lines, ...legacy].join(',\n')}\n}\n`;
}
