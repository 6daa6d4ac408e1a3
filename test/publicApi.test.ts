import { expect, it } from 'vitest';
import manifest from '../package.json' with { type: 'json' };
import { version } from '../src/version.ts';

// What users import must not go missing, or come in, unnoticed.
const entries = Object.keys(manifest.exports)
  .filter((entry) => entry !== './package.json')
  .map((entry) => entry.slice(2) || 'index');

it.each(entries)('%s exports these names', async (entry) => {
  const names = Object.keys(await import(`../src/${entry}.ts`));
  expect(names.sort()).toMatchSnapshot();
});

it('the version that reports and files name is the package’s', () => expect(version).toBe(manifest.version));
