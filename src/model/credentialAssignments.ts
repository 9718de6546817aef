/** What an assignment of a configuration file can be, by its name. */
type Role = 'apiKey' | 'accessKeyId' | 'secretAccessKey' | 'instance';

/** A secret or what belongs to it, where it stands in a text. */
export interface CredentialAssignment {
  readonly role: Role;
  readonly value: string;
  readonly offset: number;
}

/**
 * One assignment a line, as `.env`, YAML, INI, TOML, Terraform and shells write it: a name, perhaps quoted or behind `export`,
 * then `=` or `:`, then a value, perhaps quoted.
 */
const assignment =
  /^[ \t]*(?:-[ \t]+)?(?:export[ \t]+|set[ \t]+|\$env:)?["']?([A-Za-z][\w.-]*)["']?[ \t]*(?:=|:)[ \t]*(?:"([^"\r\n]*)"|'([^'\r\n]*)'|([^\s"'#;,]+))/gm;

/** Terraform's way to give a variable a value: `variable "ibmcloud_api_key" { default = "…" }`. */
const terraformVariable = /variable[ \t]+"([\w-]+)"[ \t]*\{[^}]*?\bdefault[ \t]*=[ \t]*"([^"\r\n]*)"/g;

/** Names that IBM's SDKs, command line and Terraform provider use (credentials §1), without what separates their words. */
const roles: readonly (readonly [RegExp, Role])[] = [
  [/(?:ibmcloud|ibm|ic|bluemix|cos|objectstorage)(?:platform)?apikey(?:id)?$|^apikey$/, 'apiKey'],
  [/secretaccesskey$|hmacsecret(?:key)?$|cossecret(?:key)?$/, 'secretAccessKey'],
  [/accesskeyid$|hmacaccesskey$|cosaccesskey$/, 'accessKeyId'],
  [/(?:service|resource)instance(?:id|crn)$|coscrn$/, 'instance'],
];

/** What somebody writes where a secret is going to be, or where it comes from elsewhere. */
const placeholder =
  /[<>${}*]|\b(?:var|local|data|env|process|os)\.|x{4,}|0{8,}|your|change.?me|example|placeholder|dummy|redacted|insert|todo/i;

/** What IBM Cloud Object Storage is known by in a file whose names could be anybody's. */
const ofIbm = /cloud-object-storage|appdomain\.cloud|bluemix|ibm/i;
const ofAmazon = /^(?:AKIA|ASIA)[A-Z0-9]{16}$/;

/**
 * The secrets of Cloud Object Storage that a configuration file assigns, with the access key id and the instance beside them.
 * Empty where there is no secret, for placeholders, and for keys that are another service's as far as the file tells: names that
 * Amazon's tools use count only where the file speaks of IBM's service.
 */
export function credentialAssignments(text: string): readonly CredentialAssignment[] {
  const found = [...findAll(text, assignment), ...findAll(text, terraformVariable)]
    .filter(({ role, value }) => role === 'instance' || isSecretLike(role, value))
    .sort((a, b) => a.offset - b.offset);
  const isAmazons = found.some(({ role, value }) => role === 'accessKeyId' && ofAmazon.test(value));
  const kept = found.filter(({ role, isPlain }) => {
    if (role === 'accessKeyId' || role === 'secretAccessKey') return !isAmazons && (!isPlain || ofIbm.test(text));
    return !isPlain || ofIbm.test(text);
  });
  const hasSecret = kept.some(({ role }) => role === 'apiKey' || role === 'secretAccessKey');
  return hasSecret ? kept.map(({ role, value, offset }) => ({ role, value, offset })) : [];
}

interface Found extends CredentialAssignment {
  /** Whether its name alone does not say that it is IBM's. */
  readonly isPlain: boolean;
}

function findAll(text: string, pattern: RegExp): Found[] {
  return [...text.matchAll(pattern)].flatMap((match) => {
    const name = (match[1] ?? '').toLowerCase().replace(/[^a-z0-9]/g, '');
    const role = roles.find(([names]) => names.test(name))?.[1];
    const value = match.slice(2).find((part) => part !== undefined && part !== '');
    if (role === undefined || value === undefined) return [];
    const offset = match.index + match[0].lastIndexOf(value);
    return [{ role, value, offset, isPlain: !/ibm|bluemix|cos|^ic(?=api)|objectstorage/.test(name) }];
  });
}

/** Keys are long, of plain characters, and not of a few that are repeated. */
function isSecretLike(role: Role, value: string): boolean {
  if (placeholder.test(value) || new Set(value).size < 8) return false;
  return role === 'secretAccessKey' ? /^[\w/+=-]{20,}$/.test(value) : /^[\w-]{16,}$/.test(value);
}
