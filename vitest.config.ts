import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const source = (entry: string) => fileURLToPath(new URL(`src/${entry}.ts`, import.meta.url));

export default defineConfig({
  // The examples import konkyo as its users do.
  resolve: {
    alias: [
      { find: /^konkyo$/, replacement: source('index') },
      { find: /^konkyo\/(\w+)$/, replacement: source('$1') },
    ],
  },
  test: {
    include: ['test/**/*.test.ts'],
    // Commands speak the locale's language: here English, whatever the machine's is.
    env: { LC_ALL: 'C.UTF-8' },
    globalSetup: ['test/cli/build.ts'],
    setupFiles: ['test/oneThread.ts', 'test/seededProperties.ts'],
    // A test takes seconds. On a machine that does much else it may take a hundred times as long and is right all the same.
    testTimeout: 900_000,
    hookTimeout: 900_000,
    maxWorkers: 2,
    isolate: false,
  },
});
