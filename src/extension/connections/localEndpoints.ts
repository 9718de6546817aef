import type { Connection } from '../../model/connection';

/** A connection to an endpoint of the local server that runs, with the endpoints of the server's other locations. */
export function withLocalEndpoints(
  connection: Connection,
  endpoints: Readonly<Record<string, string>> | undefined,
): Connection {
  if (endpoints === undefined || !Object.values(endpoints).some((known) => isSame(known, connection.endpoint))) {
    return connection;
  }
  return { ...connection, locationEndpoints: endpoints };
}

/** The server listens on 127.0.0.1, which `localhost` is another name of. */
function isSame(known: string, typed: string): boolean {
  const [one, other] = [new URL(known), new URL(typed)];
  const isHost = other.hostname === one.hostname || other.hostname === 'localhost';
  return isHost && one.port === other.port && one.protocol === other.protocol;
}
