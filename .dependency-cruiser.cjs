/** The walls between the rooms (docs/architecture.md). One entry per rule of the table there. */
const room = (name) => `^src/${name}/`;
const rule = (name, from, to, comment) => ({ name, severity: 'error', comment, from: { path: from }, to });
const nodeCore = { dependencyTypes: ['core'] };
const vscode = { path: '^vscode$|@types/vscode' };
const otherRooms = (...allowed) => ({ path: '^src/', pathNot: allowed.map(room) });

module.exports = {
  forbidden: [
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    rule('model-imports-nothing', room('model'), { pathNot: room('model') }, 'model is pure'),
    rule(
      'system-imports-node-only',
      room('system'),
      { path: ['^src/', 'node_modules'], pathNot: room('system') },
      'what an operating system does oddly, for whoever works with files; nothing of COS',
    ),
    rule('protocol-imports-model-only', room('protocol'), { pathNot: [room('protocol'), room('model')] }),
    rule('engine-rooms', room('engine'), otherRooms('engine', 'protocol', 'model', 'system')),
    rule('engine-without-vscode', room('engine'), vscode),
    rule(
      'local-server-rooms',
      room('localServer'),
      otherRooms('localServer', 'model', 'system'),
      'client and server must not share wire code, or they would agree on the same mistake',
    ),
    rule('local-server-without-vscode', room('localServer'), vscode),
    rule('extension-rooms', room('extension'), otherRooms('extension', 'protocol', 'model', 'system')),
    rule('cli-rooms', room('cli'), otherRooms('cli', 'engine', 'protocol', 'model', 'system')),
    rule('cli-without-vscode', room('cli'), vscode),
    rule('extension-without-http', room('extension'), { path: '^(?:node:)?https?$', ...nodeCore }),
    rule('nobody-imports-tests', '^src/', { path: '^(?:test|bench)/' }),
    {
      name: 'jsonrpc-in-two-files',
      severity: 'error',
      from: {
        path: '^src/',
        pathNot: ['^src/engine/serve\\.ts$', '^src/extension/engine/(?:engineClient|engineRpc)\\.ts$'],
      },
      to: { path: 'vscode-jsonrpc' },
    },
    {
      name: 'keytar-in-one-file',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/extension/connections/keychain\\.ts$' },
      to: { path: 'keytar' },
    },
    {
      name: 'imports-resolve',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true, pathNot: '^vscode$' },
    },
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: require('node:path').join(__dirname, 'tsconfig.base.json') },
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^(?:dist|out)/' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'require', 'node', 'types'] },
  },
};
