import { join } from 'node:path';
import type { AccessKey } from './iam/identityFile';
import type { LocalServerInfo } from './info';
import { writePrivateFile } from './privateFile';

/**
 * Writes `credentials.json` into the data folder, readable by its owner only: a service credential in the form that
 * `COS_CREDENTIALS_FILE` takes (credentials §3.1), and under `localServer` what the server printed. Returns its path.
 */
export function writeCredentialsFile(dataFolder: string, key: AccessKey, info: LocalServerInfo): string {
  const fsPath = join(dataFolder, 'credentials.json');
  const credentials = {
    apikey: info.apiKey,
    cos_hmac_keys: { access_key_id: info.accessKeyId, secret_access_key: info.secretAccessKey },
    endpoints: info.endpointsCatalogueUrl,
    iam_apikey_name: key.name,
    iam_apikey_description: 'Throw-away key of a local server',
    iam_role_crn: 'crn:v1:bluemix:public:iam::::serviceRole:Manager',
    iam_auth_endpoint: `${info.iamEndpoint}/identity/token`,
    resource_instance_id: info.serviceInstanceId,
    localServer: info,
  };
  writePrivateFile(fsPath, JSON.stringify(credentials, undefined, 2) + '\n');
  return fsPath;
}
