import { fileURLToPath } from 'node:url';
import { build, type Rolldown } from 'vite';
import { expect, it } from 'vitest';
import { relevanceMethods } from '../src/attribution/relevance/lrp.ts';

const source = (entry: string) => fileURLToPath(new URL(`../src/${entry}.ts`, import.meta.url));

/** What a bundler makes of an app that takes these names from konkyo. */
async function bundled(names: string): Promise<string> {
  const app = '\0app';
  const made = (await build({
    configFile: false,
    logLevel: 'error',
    resolve: { alias: { konkyo: source('index') } },
    plugins: [
      {
        name: 'app',
        resolveId: (id) => (id === 'app' ? app : undefined),
        load: (id) => (id === app ? `export { ${names} } from 'konkyo';` : undefined),
      },
    ],
    build: {
      target: 'esnext',
      write: false,
      minify: false,
      rollupOptions: { input: 'app', preserveEntrySignatures: 'strict' },
    },
  })) as Rolldown.RolldownOutput;
  return made.output.map((one) => (one.type === 'chunk' ? one.code : '')).join('\n');
}

const idsIn = (code: string) => relevanceMethods.map(({ id }) => id).filter((id) => code.includes(id));

it('an app that names its methods has no relevance propagation in its bundle', async () => {
  const code = await bundled('loadClassifier, explainImages, integratedGradients, occlusion, reportView, renderReport');
  expect(code).toContain('integrated-gradients');
  expect(idsIn(code)).toEqual([]);
  expect(idsIn(await bundled('methodKinds'))).toHaveLength(relevanceMethods.length);
});
