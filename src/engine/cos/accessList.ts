import { grantPermissions, type AccessList, type Grant, type Grantee } from '../../model/publicAccess';
import type { XmlNode } from './control';
import { childElement, childElements, childText, type XmlElement } from './xml';

/** An access list as a service tells it. */
export interface ReadAccessList extends AccessList {
  /** Of grants that are not understood, what is not. */
  readonly unknownGrants: readonly string[];
}

/** Reads an `AccessControlPolicy` (data-plane §14). */
export function readAccessList(root: XmlElement): ReadAccessList {
  const elements = childElements(childElement(root, 'AccessControlList'), 'Grant');
  const read = elements.map(readGrant);
  return {
    ownerId: childText(childElement(root, 'Owner'), 'ID')?.trim() ?? '',
    grants: read.filter((grant): grant is Grant => typeof grant !== 'string'),
    unknownGrants: read.filter((grant): grant is string => typeof grant === 'string'),
  };
}

/** What an `AccessControlPolicy` holds (data-plane §14). */
export function accessListNodes({ ownerId, grants }: AccessList): readonly XmlNode[] {
  return [
    ['Owner', [['ID', ownerId]]],
    ['AccessControlList', grants.map(({ grantee, permission }) => grantNode(grantee, permission))],
  ];
}

/** Headers that give a new object its grants (data-plane §5.1). */
export function grantHeaders({ grants }: AccessList): Readonly<Record<string, string>> {
  const headers: Record<string, string> = {};
  for (const { grantee, permission } of grants) {
    const name = `x-amz-grant-${permission.toLowerCase().replaceAll('_', '-')}`;
    const value = grantee.kind === 'group' ? `uri="${grantee.uri}"` : `id="${grantee.id}"`;
    headers[name] = headers[name] === undefined ? value : `${headers[name]}, ${value}`;
  }
  return headers;
}

/** Whether a header can name whom a grant is for. */
export function fitsHeader({ grantee }: Grant): boolean {
  return /^[\x21\x23-\x2b\x2d-\x7e]+$/.test(grantee.kind === 'group' ? grantee.uri : grantee.id);
}

/** A grant, or the name of what is not known about it. */
function readGrant(element: XmlElement): Grant | string {
  const grantee = readGrantee(childElement(element, 'Grantee'));
  const text = childText(element, 'Permission')?.trim();
  const permission = grantPermissions.find((one) => one === text);
  if (grantee === undefined) return 'Grantee';
  return permission === undefined ? (text ?? 'Permission') : { grantee, permission };
}

function readGrantee(element: XmlElement | undefined): Grantee | undefined {
  const uri = childText(element, 'URI')?.trim();
  if (uri !== undefined && uri !== '') return { kind: 'group', uri };
  const id = childText(element, 'ID')?.trim();
  return id === undefined || id === '' ? undefined : { kind: 'account', id };
}

function grantNode(grantee: Grantee, permission: string): XmlNode {
  const [type, content]: readonly [string, XmlNode] =
    grantee.kind === 'group' ? ['Group', ['URI', grantee.uri]] : ['CanonicalUser', ['ID', grantee.id]];
  const attributes = { 'xmlns:xsi': 'http://www.w3.org/2001/XMLSchema-instance', 'xsi:type': type };
  return [
    'Grant',
    [
      ['Grantee', [content], attributes],
      ['Permission', permission],
    ],
  ];
}
