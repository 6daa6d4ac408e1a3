import { describe, expect, it } from 'vitest';
import { families } from '../gradient/cases/index.ts';
import { differentiated, feedsOf, type OperatorCase, titleOf } from '../gradient/operatorCase.ts';
import { accountOf } from './differences.ts';

/** As in a trained model: scale, bias and statistics of a normalisation are constants, and so are the axes of a reduction. */
function asInAModel({ op, inputs, fed, ...rest }: OperatorCase): OperatorCase {
  const constants = inputs.flatMap((_, i) => (i > 0 && op.endsWith('Normalization') ? [i] : []));
  return { op, inputs, ...rest, ...(constants.length > 0 ? { constants, wrt: [0] } : {}) };
}

const numbered = Object.entries(families).map(([family, cases]) => ({
  family,
  cases: cases
    .map(asInAModel)
    .map((operatorCase, i) => ({ title: `${i + 1}. ${titleOf(operatorCase)}`, operatorCase })),
}));

/** float32 sums of a few hundred products. */
const rounding = 2e-5;
/** By four points of quadrature alone: its three inputs are of three shapes. */
const quadrature: Readonly<Record<string, number>> = { Attention: 1e-2 };

/** ONNX Runtime resizes the last but one axes of four only where it can rearrange the model, which a second copy keeps it from. */
const isChannelsLastResize = ({ op, attributes }: OperatorCase) => op === 'Resize' && attributes?.mode === 'linear';

describe.each(numbered)('DeepLIFT hands on the whole difference: $family', ({ cases }) => {
  it.each(
    cases.filter(({ operatorCase }) => differentiated(operatorCase).length > 0 && !isChannelsLastResize(operatorCase)),
  )('$title', async ({ operatorCase }) => {
    expect(Object.keys(feedsOf(operatorCase)).length).toBeGreaterThan(0);
    const { passed, given, size } = await accountOf(operatorCase);
    expect(Math.abs(passed - given)).toBeLessThanOrEqual((quadrature[operatorCase.op] ?? rounding) * size);
  });
});
