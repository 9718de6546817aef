import type { IamConnection } from '../../model/connection';
import { locations, type Location } from '../../model/location';
import type { EngineClient } from '../services';

/** Locations to choose from: those of the catalogue that a connection uses, or the built-in ones without an engine. */
export async function listLocations(
  engine: EngineClient,
  { controlEndpoints }: Pick<IamConnection, 'controlEndpoints'>,
): Promise<readonly Location[]> {
  const endpoint = controlEndpoints?.endpointCatalogue;
  const answer = await engine.send('locations/list', endpoint === undefined ? {} : { catalogueEndpoint: endpoint });
  return answer.ok ? answer.value : locations;
}
