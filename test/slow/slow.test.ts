import { describe, expect, it } from 'vitest';
import { evaluateSlow } from './evaluate.ts';
import { type ScopedCase, scopedCase } from './scope.ts';
import { caseFolders, hasTestdata, type StoredArray } from './testdata.ts';

const suites = ['node', 'pytorch-converted', 'pytorch-operator', 'simple'];

type CaseInScope = Extract<ScopedCase, { kind: 'in scope' }>;

const FLOAT16 = 10;
const BFLOAT16 = 16;

/** What is wrong with `actual`, or `undefined`. Integers must be equal, floats as near as their stored type allows. */
function mismatch(
  { name, array, elementType }: StoredArray,
  values: ReturnType<typeof evaluateSlow>,
): string | undefined {
  const actual = values.get(name);
  if (actual === undefined) return `no output ${name}`;
  if (`${actual.dims}` !== `${array.dims}`) return `shape [${actual.dims}] instead of [${array.dims}]`;
  // Half precision has 11 bits, bfloat16 8.
  const relative = elementType === FLOAT16 ? 1e-3 : elementType === BFLOAT16 ? 8e-3 : 1e-4;
  for (const [k, wanted] of array.data.entries()) {
    const got = actual.data[k]!;
    if (Object.is(got, wanted) || got === wanted) continue;
    const tolerance = array.integerType === undefined ? relative * Math.max(1, Math.abs(wanted)) : 0;
    if (!(Math.abs(got - wanted) <= tolerance)) return `element ${k} of ${name} is ${got} instead of ${wanted}`;
  }
  return undefined;
}

function failureOf({ content, nodes }: CaseInScope): string | undefined {
  try {
    const feeds = new Map(content.feeds.map(({ name, array }) => [name, array]));
    const values = evaluateSlow(nodes, content.initializers, feeds);
    return content.expected.flatMap((expected) => mismatch(expected, values) ?? [])[0];
  } catch (error) {
    return String(error);
  }
}

const title = "the slow operators against ONNX's own operator tests";
describe.skipIf(!hasTestdata)(hasTestdata ? title : `${title} (skipped: needs Debian's libonnx-testdata)`, () => {
  const all = hasTestdata ? suites.flatMap((suite) => caseFolders(suite).map(scopedCase)) : [];
  const cases = all.flatMap((entry) => (entry.kind === 'in scope' ? [entry] : []));
  const operatorsOf = ({ content }: CaseInScope): string =>
    [...new Set(content.nodes.map(({ op }) => op))].sort().join(' ');

  it.each([...new Set(cases.map(operatorsOf))])('%s', (operators) => {
    const group = cases.filter((entry) => operatorsOf(entry) === operators);
    expect(group.flatMap((entry) => failureOf(entry) ?? [])).toEqual([]);
  });

  it('reaches 799 of the 1072 cases of package 1.12', () => {
    expect(cases.length).toBeGreaterThanOrEqual(799);
  });
});
