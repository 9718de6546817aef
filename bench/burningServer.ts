// A server that does nothing but keep the processor busy for 2 ms a request: what many connections at once are measured
// against. Usage: node bench/burningServer.ts [KEY.pem CERTIFICATE.pem]. Prints its port.
import { readFileSync } from 'node:fs';
import { createServer as createHttpServer, type RequestListener } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { AddressInfo } from 'node:net';

const burnMs = 2;
const [keyFile, certificateFile] = process.argv.slice(2);

const answer: RequestListener = (request, response) => {
  request.resume().on('end', () => {
    const endMs = performance.now() + burnMs;
    while (performance.now() < endMs);
    response.writeHead(200, { 'Content-Length': '2' }).end('ok');
  });
};
const server =
  keyFile === undefined || certificateFile === undefined
    ? createHttpServer(answer)
    : createHttpsServer({ key: readFileSync(keyFile), cert: readFileSync(certificateFile) }, answer);
server.listen(0, '127.0.0.1', () => process.stdout.write(`${(server.address() as AddressInfo).port}\n`));
// Ends with the benchmark.
process.stdin.on('end', () => process.exit(0)).resume();
