// A relay that is as far away as a region: 50 ms there and back, 20 MB/s for each connection and direction.
// Usage: node bench/slowRelay.ts PORT. Prints its port.
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

const oneWayMs = 25;
const bytesPerMs = 20_000;
/** What may be under way in the rate's queue before the sender has to wait. */
const queueMs = 20;

function carry(from: Socket, to: Socket): void {
  let freeAtMs = 0;
  // Timers of different lengths may fire in another order than they were set; bytes may not.
  const underWay: Buffer[] = [];
  from.on('data', (bytes: Buffer) => {
    const nowMs = performance.now();
    freeAtMs = Math.max(freeAtMs, nowMs) + bytes.length / bytesPerMs;
    underWay.push(bytes);
    setTimeout(() => to.write(underWay.shift() ?? ''), freeAtMs - nowMs + oneWayMs);
    if (freeAtMs - nowMs <= queueMs) return;
    from.pause();
    setTimeout(() => from.resume(), freeAtMs - nowMs - queueMs);
  });
  from.on('end', () => setTimeout(() => to.end(), Math.max(0, freeAtMs - performance.now()) + oneWayMs + 5));
  from.on('error', () => to.destroy());
}

const target = Number(process.argv[2]);
const server = createServer({ allowHalfOpen: true, noDelay: true }, (near) => {
  const far = connect({ host: '127.0.0.1', port: target, allowHalfOpen: true, noDelay: true });
  carry(near, far);
  carry(far, near);
});
server.listen(0, '127.0.0.1', () => process.stdout.write(`${(server.address() as AddressInfo).port}\n`));
// Ends with the benchmark.
process.stdin.on('end', () => process.exit(0)).resume();
