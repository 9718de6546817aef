import { fork } from 'node:child_process';
import { createRequire } from 'node:module';
import { MessageChannel, type MessagePort } from 'node:worker_threads';
import { childEnvironment } from './childEnvironment';
import { yieldToEditor } from './childPriority';

/** Lines for the output channel. */
export interface EngineLog {
  debug(text: string): void;
  info(text: string): void;
  warn(text: string): void;
  error(text: string): void;
}

/** A running engine, before anything has been said to it. */
export type EngineRun =
  | {
      readonly kind: 'process';
      readonly child: ReturnType<typeof fork>;
      readonly ended: Promise<string>;
      close(): void;
      kill(): void;
    }
  | {
      readonly kind: 'extensionHost';
      readonly port: MessagePort;
      readonly ended: Promise<string>;
      close(): void;
      kill(): void;
    };

/** What `dist/engine.js` exports for this use: serves one engine over a port until the port closes. */
interface EngineModule {
  serve(port: MessagePort): { close(): Promise<void> };
}

/** Starts the engine as a child process. `ended` settles, with the reason, exactly when the process is gone. */
export function forkEngine(engineFsPath: string, environment: NodeJS.ProcessEnv, log: EngineLog): EngineRun {
  const child = fork(engineFsPath, [], {
    execArgv: inspectorOption(environment),
    env: childEnvironment(environment),
    serialization: 'advanced',
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  yieldToEditor(child);
  child.stdout?.setEncoding('utf8').on('data', (text: string) => log.info(text.trimEnd()));
  child.stderr?.setEncoding('utf8').on('data', (text: string) => log.warn(text.trimEnd()));
  const ended = new Promise<string>((resolve) => {
    child.on('exit', (code, signal) =>
      resolve(signal === null ? `exit code ${code ?? 'unknown'}` : `signal ${signal}`),
    );
    child.on('error', (error) => {
      if (child.pid === undefined) resolve(error.message);
      else log.warn(`engine process: ${error.message}`);
    });
  });
  return {
    kind: 'process',
    child,
    ended,
    close: () => {
      if (child.connected) child.disconnect();
    },
    kill: () => void child.kill('SIGKILL'),
  };
}

/** Lets a debugger attach to the engine, where .vscode/launch.json started this window. */
function inspectorOption({ COS_ENGINE_INSPECT: port }: NodeJS.ProcessEnv): string[] {
  return port !== undefined && /^\d+$/.test(port) ? [`--inspect=127.0.0.1:${port}`] : [];
}

/** Loads the engine into this process, for networks that let only VS Code itself through. */
export function loadEngine(engineFsPath: string): EngineRun {
  const engine = createRequire(engineFsPath)(engineFsPath) as EngineModule;
  const { port1, port2 } = new MessageChannel();
  const served = engine.serve(port2);
  let settle: (reason: string) => void = () => undefined;
  const ended = new Promise<string>((resolve) => {
    settle = resolve;
  });
  const close = (): void => {
    void served.close().then(
      () => settle('closed'),
      (error: unknown) => settle(String(error)),
    );
    port1.close();
  };
  return { kind: 'extensionHost', port: port1, ended, close, kill: () => settle('abandoned') };
}
