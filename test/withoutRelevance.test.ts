import { fileURLToPath } from 'node:url';
import { build, type Rolldown } from 'vite';
import { expect, it } from 'vitest';

const source = (entry: string) => fileURLToPath(new URL(`../src/${entry}.ts`, import.meta.url));

/** The files of konkyo that a bundler takes something of, for an app that takes these names from konkyo. */
async function bundled(names: string): Promise<readonly string[]> {
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
  const modules = made.output.flatMap((one) => (one.type === 'chunk' ? Object.entries(one.modules) : []));
  return modules.flatMap(([id, { renderedLength }]) => (renderedLength > 0 ? [id] : []));
}

/** What propagates relevance: the methods, their rules and how these are placed; not the errors and types beside them. */
const ofRelevance = (files: readonly string[]) =>
  files.filter((file) =>
    /\/attribution\/relevance\/lrp\.ts$|\/transforms\/relevance\/(relevance|rules?|composites?|shares)\.ts$/.test(file),
  );

it('an app that names its methods has no relevance propagation in its bundle', async () => {
  const files = await bundled(
    'loadClassifier, explainImages, integratedGradients, occlusion, reportView, renderReport',
  );
  expect(files.some((file) => file.endsWith('/integratedGradients.ts'))).toBe(true);
  expect(ofRelevance(files)).toEqual([]);
  expect(ofRelevance(await bundled('methodKinds')).length).toBeGreaterThan(3);
});
