import { expect, it } from 'vitest';
import manifest from '../package.json' with { type: 'json' };
import * as konkyo from '../src/index.ts';
import * as node from '../src/node.ts';
import { version } from '../src/version.ts';
import * as web from '../src/web.ts';

// What users import must not go missing, or come in, unnoticed.
it('exports these names', () => {
  expect(Object.keys(konkyo).sort()).toMatchSnapshot('konkyo');
  expect(Object.keys(node).sort()).toMatchSnapshot('konkyo/node');
  expect(Object.keys(web).sort()).toMatchSnapshot('konkyo/web');
});

it('the version that reports and files name is the package’s', () => expect(version).toBe(manifest.version));
