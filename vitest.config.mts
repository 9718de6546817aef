import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

const project = (name: string, include: string[], extra: Record<string, unknown> = {}) => ({
  test: { name, include, testTimeout: 30_000, hookTimeout: 60_000, maxWorkers, ...extra },
});

/** Two on a small machine too: these tests wait for servers, programs and windows more than they compute. */
const maxWorkers = Math.max(2, availableParallelism() - 1);

export default defineConfig({
  test: {
    projects: [
      project('unit', ['test/unit/**/*.test.ts'], { testTimeout: 10_000 }),
      // Files of one worker share its modules, which take longer to load than most files to run. No module keeps state
      // for them, and what one of them replaces, `vscode`, is not there for the others.
      project('localServer', ['test/localServer/**/*.test.ts'], { isolate: false }),
      project('server', ['test/server/**/*.test.ts'], { isolate: false }),
      project('journeys', ['test/journeys/**/*.test.ts'], { testTimeout: 120_000, maxWorkers: 2 }),
      project('electron', ['test/electron/**/*.test.ts'], { testTimeout: 120_000, maxWorkers: 1 }),
      project('soak', ['test/soak/**/*.test.ts'], { testTimeout: 3_600_000, maxWorkers: 1 }),
    ],
  },
});
