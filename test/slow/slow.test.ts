import { basename } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { SlowNode } from './evaluate.ts';
import { evaluateSlow } from './evaluate.ts';
import { modernized, whyOutOfScope } from './meaningSince.ts';
import {
  caseFolders,
  hasTestdata,
  readCase,
  type StoredArray,
  type TestdataCase,
  UnreadableCaseError,
} from './testdata.ts';

const suites = ['node', 'pytorch-converted', 'pytorch-operator', 'simple'];

/** Cases whose expected output contradicts a definition or a runtime, or is random. */
const divergent: Readonly<Record<string, string>> = {
  test_dynamicquantizelinear: 'a tie that float32 rounds the other way',
  test_dynamicquantizelinear_expanded: 'a tie that float32 rounds the other way',
  test_maxunpool_export_with_output_shape: 'counts indices in another shape than the output, ONNX Runtime does not',
  test_resize_downsample_scales_cubic_align_corners:
    'aligns to a fractional output length, ONNX Runtime to the whole one',
  test_resize_downsample_scales_linear_align_corners:
    'aligns to a fractional output length, ONNX Runtime to the whole one',
  test_resize_downsample_sizes_nearest_tf_half_pixel_for_nn: 'a coordinate mode that opset 13 removed',
  test_training_dropout: 'random',
  test_training_dropout_default: 'random',
  test_training_dropout_default_mask: 'random',
  test_training_dropout_mask: 'random',
};

type Read = { readonly name: string } & (
  | { readonly kind: 'case'; readonly content: TestdataCase; readonly nodes: readonly SlowNode[] }
  | { readonly kind: 'out of scope'; readonly reason: string }
);

function read(folder: string): Read {
  const name = basename(folder);
  if (divergent[name] !== undefined) return { name, kind: 'out of scope', reason: divergent[name] };
  try {
    const content = readCase(folder);
    const reason = content.nodes.flatMap(({ op }) => whyOutOfScope(op, content.opset) ?? [])[0];
    if (reason !== undefined) return { name, kind: 'out of scope', reason };
    return { name, kind: 'case', content, nodes: modernized(content.nodes) };
  } catch (error) {
    if (error instanceof UnreadableCaseError) return { name, kind: 'out of scope', reason: error.reason };
    throw error;
  }
}

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

function failureOf({ content, nodes }: Extract<Read, { kind: 'case' }>): string | undefined {
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
  const all = hasTestdata ? suites.flatMap((suite) => caseFolders(suite).map(read)) : [];
  const cases = all.flatMap((entry) => (entry.kind === 'case' ? [entry] : []));
  const operatorsOf = ({ content }: (typeof cases)[number]): string =>
    [...new Set(content.nodes.map(({ op }) => op))].sort().join(' ');

  if (process.env.SLOW_REPORT) {
    const failures = cases.flatMap((c) => {
      const f = failureOf(c);
      return f === undefined ? [] : [`${c.name}: ${f}`];
    });
    console.log(`total ${all.length} in scope ${cases.length} fail ${failures.length}\n${failures.join('\n')}`);
    const outs = all.flatMap((e) => (e.kind === 'out of scope' ? [e] : []));
    for (const r of new Set(outs.map((e) => e.reason))) {
      const l = outs.filter((e) => e.reason === r);
      console.log(`${l.length} ${r}: ${l.map((e) => e.name.replace('test_', '')).join(' ')}`);
    }
  }
  it.each([...new Set(cases.map(operatorsOf))])('%s', (operators) => {
    const group = cases.filter((entry) => operatorsOf(entry) === operators);
    expect(group.flatMap((entry) => failureOf(entry) ?? [])).toEqual([]);
  });
});
