const secretName = /KEY|SECRET|TOKEN|PASSW|PASSPHRASE|CREDENTIAL|AUTH(?!ORITY)/i;
const debuggerName = /^(NODE_OPTIONS|NODE_INSPECT.*|VSCODE_INSPECTOR_OPTIONS|ELECTRON_RUN_AS_NODE)$/i;

/**
 * The environment of a child process: ours without anything that looks like a credential or belongs to a debugger, and with
 * what makes Electron's binary behave as Node.
 */
export function childEnvironment(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const kept = Object.entries(environment).filter(([name]) => !secretName.test(name) && !debuggerName.test(name));
  return { ...Object.fromEntries(kept), ELECTRON_RUN_AS_NODE: '1' };
}
