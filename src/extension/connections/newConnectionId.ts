import { connectionId, type ConnectionId } from '../../model/ids';

/** An id for a new connection, made from its name and unlike those that are taken. */
export function newConnectionId(name: string, taken: readonly ConnectionId[]): ConnectionId {
  const base =
    name
      .normalize('NFKD')
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, '-')
      .replace(/^-+|-+$/g, '')
      .slice(0, 50)
      .replace(/-+$/, '') || 'connection';
  let candidate = connectionId(base);
  for (let number = 2; taken.includes(candidate); number += 1) candidate = connectionId(`${base}-${number}`);
  return candidate;
}
