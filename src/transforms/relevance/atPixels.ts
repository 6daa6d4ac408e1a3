import { sumTo } from '../gradient/gradientValues.ts';
import { copyLayer } from './copy.ts';
import { input, onesInput, present, unchanged, zero } from './modifiers.ts';
import type { RelevanceRule } from './rule.ts';
import { stabilizer } from './rules.ts';
import { sharesRule } from './shares.ts';

/* Relevance rules for what lies between the pixels and the first trained layer (pixelMaps.ts). */

/** Each pixel keeps the relevance of what was made of it, whatever was added to it or it was scaled by. */
export function toItsPixel(): RelevanceRule {
  return {
    name: 'to its pixel',
    conserves: () => true,
    refuses: ({ pixelMap }) =>
      pixelMap === 'element' || pixelMap === 'permutation' ? undefined : 'its elements are not made of one pixel each',
    pass: (pass) => {
      const { layer, call, relevance } = pass;
      if (layer.pixelMap === 'permutation') {
        const copy = copyLayer(pass, { input, weights: present, biases: zero });
        return [...copy.gradients(relevance)].map(([position, value]) => ({ input: position, value }));
      }
      // Several inputs are all made of the same pixels: it does not matter which of them hands on.
      const [first = 0] = layer.data;
      const [x, y] = [call.operand(first), call.output(0)];
      return [{ input: first, value: sumTo(call.builder, relevance, call.dims(y), call.dims(x)) }];
    },
  };
}

/** R_i = sum_j w_ij / (sum_i w_ij) R_j: a mean of pixels, whatever their zero is, hands on by its weights. */
export function byWeight(): RelevanceRule {
  return sharesRule({
    name: 'by weight',
    epsilon: stabilizer,
    shares: [{ factor: 1, parts: [{ sign: 1, input: onesInput, weights: unchanged, biases: unchanged }] }],
  });
}
