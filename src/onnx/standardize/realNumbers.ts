import { stringOf } from '../attributes.ts';
import { type ElementType, elementTypeCode, isFloat } from '../elementType.ts';
import type { Node } from '../graph.ts';
import { inputOf } from '../graphView.ts';
import { is } from '../operators.ts';
import type { Foreign } from './foreign.ts';
import { asFloat } from './quantities.ts';

/** What becomes of a node that reads real numbers where it read integers. */
interface Widened {
  readonly node: Node;
  /** Its outputs are real numbers where they were integers. */
  readonly real: boolean;
}

/** Which inputs of an operator are of the type of its result: all, or those at some places. */
const sameType: Readonly<Record<string, 'all' | readonly number[]>> = {
  ...each(['Identity', 'Reshape', 'Flatten', 'Squeeze', 'Unsqueeze', 'Transpose', 'Slice', 'Expand', 'Tile'], [0]),
  ...each(['Gather', 'GatherND', 'GatherElements', 'DepthToSpace', 'SpaceToDepth', 'Split', 'ReverseSequence'], [0]),
  ...each(['Trilu', 'Compress', 'CenterCropPad', 'Resize', 'Dropout', 'CumSum'], [0]),
  ...each(['Neg', 'Abs', 'Relu', 'Sign', 'MaxPool', 'AveragePool', 'GlobalAveragePool', 'GlobalMaxPool'], [0]),
  ...each(['ReduceSum', 'ReduceMean', 'ReduceMax', 'ReduceMin', 'ReduceProd', 'ReduceL1', 'ReduceSumSquare'], [0]),
  ...each(
    ['Concat', 'Add', 'Sub', 'Mul', 'Div', 'Sum', 'Max', 'Min', 'Mean', 'MatMul', 'Gemm', 'Einsum', 'Clip'],
    'all',
  ),
  ...each(['Equal', 'Greater', 'GreaterOrEqual', 'Less', 'LessOrEqual'], 'all'),
  Pad: [0, 2],
  Where: [1, 2],
  Pow: [0],
  ScatterND: [0, 2],
  ScatterElements: [0, 2],
};

function each(names: readonly string[], places: 'all' | readonly number[]): Record<string, 'all' | readonly number[]> {
  return Object.fromEntries(names.map((name) => [name, places]));
}

const narrow = new Set<ElementType>(['uint8', 'int8', 'uint16', 'int16']);

/**
 * A node that reads real numbers in the place of integers: what moves numbers or computes with them does so in float32.
 * Where integer arithmetic rounds or wraps around the result is r(x) - (r([x]) - i([x])), r being the operator on real
 * numbers, i on integers, [x] the integers at x: equal to i on integers, with the slope of r. What needs integers (an
 * index, bits) gets them back, and no gradient passes.
 */
export function widened(foreign: Foreign, real: ReadonlySet<string>): Widened {
  const { node, facts } = foreign;
  const places = node.domain === '' && Object.hasOwn(sameType, node.op) ? sameType[node.op] : undefined;
  const isSame = (i: number) => places === 'all' || places?.includes(i) === true;
  const type = facts(node.outputs[0] ?? '')?.type;
  if (is(node, 'shape')) return { node, real: false };
  if (node.domain === '' && node.op === 'Cast') return widenedCast(foreign);
  if (node.domain === '' && node.op === 'CastLike' && real.has(inputOf(node, 0))) return widenedCast(foreign);
  const touched = node.inputs.some((name, i) => isSame(i) && real.has(name));
  const inputs = node.inputs.map((name, i) => {
    if (name === '' || facts(name)?.type === 'bool') return name;
    if (touched && isSame(i)) return real.has(name) ? name : asFloat(foreign, name);
    return real.has(name) ? asInteger(foreign, name) : name;
  });
  const result = { ...node, inputs };
  if (!touched || type === 'bool') return { node: result, real: false };
  return { node: differs(node, type) ? straightThrough(foreign, result, isSame) : result, real: true };
}

function differs(node: Node, type: ElementType | undefined): boolean {
  const interpolates = node.op === 'Resize' && stringOf(node, 'mode', 'nearest') !== 'nearest';
  return (
    interpolates ||
    is(node, 'rounds integers') ||
    (is(node, 'wraps integers') && type !== undefined && narrow.has(type))
  );
}

function straightThrough(foreign: Foreign, result: Node, isSame: (i: number) => boolean): Node {
  const { node, add, ops } = foreign;
  const integers = result.inputs.map((name, i) =>
    name !== '' && isSame(i) ? asInteger(foreign, name, typeOf(foreign, i)) : name,
  );
  const reals = integers.map((name, i) => (name !== '' && isSame(i) ? asFloat(foreign, name) : name));
  const smooth = add(node.op, result.inputs, node.attributes);
  const stopped = add(node.op, reals, node.attributes);
  const exact = asFloat(foreign, add(node.op, integers, node.attributes));
  const rest = ops.Sub(stopped, exact);
  return { ...node, op: 'Sub', inputs: [smooth, rest], attributes: {} };
}

function typeOf({ node, facts }: Foreign, input: number): ElementType {
  return facts(inputOf(node, input))?.type ?? 'int32';
}

function asInteger({ add, facts }: Foreign, name: string, type = facts(name)?.type ?? 'int32'): string {
  return add('Cast', [name], { to: elementTypeCode(type) });
}

/** A Cast to other integers keeps the real numbers; whether all of them fit the proof on load sees. */
function widenedCast({ node, facts }: Foreign): Widened {
  const type = facts(node.outputs[0] ?? '')?.type;
  const x = inputOf(node, 0);
  if (type === 'bool' || type === 'string') return { node, real: false };
  const to = { type: 'int', value: elementTypeCode('float32') } as const;
  return { node: { ...node, op: 'Cast', inputs: [x], attributes: { to } }, real: !isFloat(type) };
}
