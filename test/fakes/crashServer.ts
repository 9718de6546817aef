import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createS3Handler } from '../../src/localServer/s3/handler';
import { openStore } from '../../src/localServer/store/store';
import { FakeIdentity } from '../localServer/s3/fakeIdentity';

// Run as a child process: `node crashServer.ts <data folder>`; prints its port and serves until it is killed.
const store = openStore(process.argv[2] ?? '');
const handler = createS3Handler({
  store,
  identity: new FakeIdentity(),
  clock: { nowMs: () => Date.now() },
  faults: { take: () => [] },
  location: 'us-south',
  switches: { minPartBytes: 1 },
});
const server = createServer((request, response) => void handler(request, response));
server.listen(0, '127.0.0.1', () => {
  process.stdout.write(`${(server.address() as AddressInfo).port}\n`);
});
process.on('disconnect', () => process.exit(0));
