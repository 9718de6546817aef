/* global process, setInterval */
// A program that starts as the local server does, or fails to, as its data folder's name asks for.
const { basename, join } = require('node:path');
const { createServer } = require('node:net');
const { mkdirSync, writeFileSync } = require('node:fs');
const argument = (name) => process.argv[process.argv.indexOf(name) + 1];
const folder = argument('--data');
switch (basename(folder)) {
  case 'refuses':
    process.stderr.write('Something.\nThe port 80 cannot be used (EACCES); choose another one with --port.\n');
    process.exit(1);
    break;
  case 'babbles':
    process.stdout.write('this is not JSON\n');
    setInterval(() => undefined, 1000);
    break;
  default: {
    const server = createServer((socket) => socket.end());
    server.on('error', ({ code }) => {
      process.stderr.write(`Port ${argument('--port')} is taken (${code}).\n`);
      process.exit(1);
    });
    server.listen(Number(argument('--port')), '127.0.0.1', () => {
      const endpoint = `http://127.0.0.1:${server.address().port}`;
      const keys = { apiKey: 'k', serviceInstanceId: 'crn', accessKeyId: 'a', secretAccessKey: 's' };
      const info = {
        endpoint,
        endpoints: { 'us-south': endpoint },
        iamEndpoint: endpoint,
        configEndpoint: `${endpoint}/v1`,
        kmsEndpoint: endpoint,
        resourceControllerEndpoint: endpoint,
        endpointsCatalogueUrl: `${endpoint}/v2/endpoints`,
        ...keys,
        argv: process.argv,
      };
      mkdirSync(folder, { recursive: true });
      writeFileSync(join(folder, 'server.lock'), JSON.stringify({ pid: process.pid }));
      writeFileSync(join(folder, 'credentials.json'), JSON.stringify({ localServer: info }));
      process.stdout.write(`${JSON.stringify(info)}\n`);
    });
    process.on('SIGTERM', () => process.exit(0));
  }
}
