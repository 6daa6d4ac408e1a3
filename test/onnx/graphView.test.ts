import { describe, expect, it } from 'vitest';
import { InvalidModelError } from '../../src/onnx/errors.ts';
import type { Node } from '../../src/onnx/graph.ts';
import { emptyGraph } from '../../src/onnx/graphBuilder.ts';
import { inputOf, nodesView, optionalInputOf, outputOf, viewOf } from '../../src/onnx/graphView.ts';
import { is } from '../../src/onnx/operators.ts';
import { gradientTable } from '../../src/transforms/gradient/table.ts';

function node(op: string, inputs: readonly string[], outputs: readonly string[]): Node {
  return { op, domain: '', name: `${op}-node`, inputs, outputs, attributes: {} };
}

// x -> a -> b -> y, with c beside it that reads no x, and d that nothing needs.
const a = node('Relu', ['x'], ['a']);
const c = node('Neg', ['w'], ['c']);
const b = node('Add', ['a', 'c'], ['b', '']);
const d = node('Exp', ['a'], ['d']);
const y = node('Mul', ['b', 'b'], ['y']);
const graph = { ...emptyGraph('small'), nodes: [a, c, b, d, y] };
const view = viewOf(graph);

describe('a graph that is asked', () => {
  it('knows what lies between two values, in its order', () => {
    expect(view.between(['x'], ['y'])).toEqual([a, b, y]);
    expect(view.between(['w'], ['y'])).toEqual([c, b, y]);
    expect(view.between(['y'], ['x'])).toEqual([]);
    expect(view.upstream(['y'])).toEqual([a, c, b, y]);
    expect(view.downstream(['a']).nodes).toEqual([b, d, y]);
    expect([...view.downstream(['a']).values]).toEqual(['a', 'b', 'd', 'y']);
  });

  it('follows only what it is told to', () => {
    expect(view.downstream(['x'], ({ op, outputs }) => (op === 'Add' ? [] : outputs)).nodes).toEqual([a, d]);
    expect(view.upstream(['y'], ({ inputs }) => inputs.filter((name) => name !== 'a'))).toEqual([c, b, y]);
  });

  it('knows who makes and who reads a value; one that is left out has no maker', () => {
    expect(view.maker('b')).toBe(b);
    expect([view.maker('x'), view.maker(''), view.maker('nothing')]).toEqual([undefined, undefined, undefined]);
    expect(view.readers('a')).toEqual([b, d]);
    expect(view.readers('b')).toEqual([y, y]);
    expect(nodesView([a, d]).readers('b')).toEqual([]);
  });

  it('is made once for a graph', () => {
    expect(viewOf(graph)).toBe(view);
    expect(viewOf({ ...graph })).not.toBe(view);
  });
});

describe('inputs and outputs by position', () => {
  const clip = node('Clip', ['x', '', 'high'], ['y']);

  it('are given where they are there', () => {
    expect([inputOf(clip, 0), optionalInputOf(clip, 2), outputOf(clip)]).toEqual(['x', 'high', 'y']);
    expect([optionalInputOf(clip, 1), optionalInputOf(clip, 3)]).toEqual([undefined, undefined]);
  });

  it.each([
    ['left out', () => inputOf(clip, 1), 'no input 1'],
    ['missing', () => inputOf(clip, 3), 'no input 3'],
    ['an output that is left out', () => outputOf(b, 1), 'no output 1'],
    ['a missing output', () => outputOf(clip, 1), 'no output 1'],
  ])('%s: an error that names the node and the position', (_, ask, what) => {
    expect(ask).toThrow(InvalidModelError);
    expect(ask).toThrow(what);
    expect(ask).toThrow(/"(Clip|Add)-node"/);
  });
});

describe('what is known of operators', () => {
  it('is known of standard operators alone', () => {
    expect(is(node('Conv', [], []), 'convolution')).toBe(true);
    expect(is({ op: 'Conv', domain: 'com.acme' }, 'convolution')).toBe(false);
    expect(is(node('Conv', [], []), 'dense', 'sum')).toBe(false);
  });

  it('does not contradict the gradient table: what only shapes have, and random numbers, have no gradient', () => {
    const blind = Object.keys(gradientTable).filter((op) => is({ op, domain: '' }, 'of shapes', 'random', 'step'));
    expect(blind.filter((op) => gradientTable[op]?.kind !== 'none')).toEqual([]);
  });
});
