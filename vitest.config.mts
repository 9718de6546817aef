import { defineConfig } from 'vitest/config';

const project = (name: string, include: string[], extra: Record<string, unknown> = {}) => ({
  test: { name, include, testTimeout: 30_000, hookTimeout: 60_000, ...extra },
});

export default defineConfig({
  test: {
    projects: [
      project('unit', ['test/unit/**/*.test.ts'], { testTimeout: 10_000 }),
      project('localServer', ['test/localServer/**/*.test.ts']),
      project('server', ['test/server/**/*.test.ts']),
      project('journeys', ['test/journeys/**/*.test.ts'], { testTimeout: 120_000, fileParallelism: false }),
      project('soak', ['test/soak/**/*.test.ts'], { testTimeout: 3_600_000 }),
    ],
  },
});
