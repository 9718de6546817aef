/* global process */
// A process that speaks the engine's contract badly on purpose. What it does is in the bucket's name of `buckets/get`.
const { createMessageConnection, IPCMessageReader, IPCMessageWriter } = require('vscode-jsonrpc/node');
const connection = createMessageConnection(new IPCMessageReader(process), new IPCMessageWriter(process));
let configured = 0;
connection.onRequest('engine/configure', ({ protocolVersion }) => {
  configured += 1;
  if (process.env.FAKE_ENGINE_DIES_AT_START === 'yes') process.exit(7);
  return {
    ok: true,
    value: { protocolVersion: Number(process.env.FAKE_ENGINE_PROTOCOL ?? protocolVersion), pid: process.pid },
  };
});
connection.onRequest('buckets/get', async ({ bucket }, token) => {
  switch (bucket) {
    case 'crash':
      return process.exit(3);
    case 'wait':
      return new Promise((resolve) => {
        token.onCancellationRequested(() =>
          resolve({ ok: false, error: { kind: 'cancelled', op: 'buckets/get', retry: 'never', detail: '' } }),
        );
      });
    case 'ask':
      return connection.sendRequest('connection/resolve', { connectionId: 'c' });
    case 'keep':
      return connection.sendRequest('credential/keep', {
        connectionId: 'c',
        credential: { kind: 'session', refreshToken: 'newer' },
      });
    case 'decide':
      return connection.sendRequest('transfer/decideClashes', { transferId: 't', clashCount: 1, examples: [] });
    case 'environment':
      return {
        ok: true,
        value: { name: JSON.stringify({ env: process.env, argv: process.argv, execArgv: process.execArgv }) },
      };
    case 'configured':
      return { ok: true, value: { name: String(configured) } };
    case 'log':
      void connection.sendNotification('engine/log', { level: 'info', text: 'hello' });
      return { ok: true, value: { name: bucket } };
    case 'hang':
      for (;;);
    default:
      return { ok: true, value: { name: bucket } };
  }
});
process.on('disconnect', () => process.exit(0));
connection.listen();
