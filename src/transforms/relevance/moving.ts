import { without } from '../../onnx/attributes.ts';
import { isFloat } from '../../onnx/elementType.ts';
import type { Node } from '../../onnx/graph.ts';
import { is } from '../../onnx/operators.ts';
import { inputGradients } from '../gradient/gradient.ts';
import { sumTo } from '../gradient/gradientValues.ts';
import { gradientAnswer, type Layer } from './layer.ts';
import { positiveInput, unchanged } from './modifiers.ts';
import type { InputRelevance, RelevancePass, RelevanceRule } from './rule.ts';
import { stabilizer } from './rules.ts';
import { sharesRule } from './shares.ts';

/* Relevance rules that hand relevance on without asking for weights. */

/** R_x = R_y, element by element: for activations, and for what is multiplied with a constant. */
export function passOn(): RelevanceRule {
  return {
    name: 'pass',
    conserves: () => true,
    refuses: (layer) => {
      const [only, another] = layer.data;
      if (only === undefined || another !== undefined) return 'it has several inputs that depend on the image';
      const [x, y] = [shapeOf(layer, layer.node.inputs[only]), shapeOf(layer, layer.node.outputs[0])];
      const extra = y.length - x.length;
      const broadcasts = extra >= 0 && x.every((dim, i) => dim === 1 || Object.is(dim, y[i + extra]));
      return broadcasts ? undefined : `its output [${y}] is not element by element that of its input [${x}]`;
    },
    pass: ({ layer, call, relevance }) =>
      layer.data.map((input) => {
        const [x, y] = [call.operand(input), call.output(0)];
        return { input, value: sumTo(call.builder, relevance, call.dims(y), call.dims(x)) };
      }),
  };
}

function shapeOf({ context }: Layer, name = ''): readonly number[] {
  return context.facts(name).dims;
}

/** R_x = dy/dx R_y: for operators whose gradient only says where elements came from. */
export function gradient(name = 'gradient'): RelevanceRule {
  return { name, conserves: hasNoConstants, refuses: whyNoGradient, pass: gradients };
}

/** Of a window's inputs the largest gets all, of equal ones the first: the gradient of max pooling. */
export function winnerTakesAll(): RelevanceRule {
  return gradient('winner takes all');
}

/** What goes to constants, a learned token joined to the patches of an image say, stays there. */
function hasNoConstants({ node, context }: Layer): boolean {
  if (is(node, 'filling')) return false;
  return node.inputs.every((name) => name === '' || context.isData(name) || !isFloat(context.facts(name).type));
}

function whyNoGradient(layer: Layer): string | undefined {
  const answer = gradientAnswer(layer);
  return typeof answer === 'string' ? answer : undefined;
}

function gradients({ layer, call }: RelevancePass): InputRelevance[] {
  const answer = gradientAnswer(layer);
  if (typeof answer === 'string') return [];
  const found = inputGradients(answer, call);
  return layer.data.flatMap((input) => {
    const gradient = found[input];
    return gradient ? [{ input, value: gradient() }] : [];
  });
}

/** R_i = x_i+ / sum_i x_i+ R_j over the inputs i of a window: max pooling that shares by size. */
export function proportionalMaxPooling(): RelevanceRule {
  return sharesRule({
    name: 'proportional',
    epsilon: stabilizer,
    shares: [
      {
        factor: 1,
        denominator: 'not negative',
        parts: [{ sign: 1, input: positiveInput, weights: unchanged, biases: unchanged }],
      },
    ],
    as: averaging,
    refuses: ({ node }) => (is(node, 'max pooling') ? undefined : 'it is for max pooling only'),
  });
}

/** Mean in place of maximum over the same windows: their sizes cancel. */
function averaging(node: Node): Node {
  if (node.op === 'GlobalMaxPool') return { ...node, op: 'GlobalAveragePool' };
  return { ...node, op: 'AveragePool', attributes: without(node.attributes, 'storage_order') };
}
