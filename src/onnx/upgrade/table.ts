import {
  axesToInput,
  clipBoundsToInputs,
  countToInput,
  dftAxisToInput,
  padsToInputs,
  scalesToInput,
  sliceRangesToInputs,
  splitSizesToInput,
  unsqueezeAxesToInput,
} from './attributesToInputs.ts';
import {
  countEqualParts,
  flattenedToSingleAxis,
  renameSampling,
  renameScatter,
  unshiftedRegions,
} from './changedMeaning.ts';
import { affine, crop, dynamicSlice, imageScaler, normalizedAxes, scaledActivation } from './experimental.ts';
import { dropoutRatioToInput, groupsToChannels, positionsToChannels, trainingByAttribute } from './normalization.ts';
import { leaveOutEmpty, sayCoordinates, upsampleToResize } from './resize.ts';
import { scanEachRow } from './scan.ts';
import type { UpgradeStep } from './step.ts';

const flattened: readonly UpgradeStep[] = [{ to: 13, rewrite: flattenedToSingleAxis }];
const reduction: readonly UpgradeStep[] = [{ to: 18, rewrite: axesToInput }];

/**
 * Every change of the standard operators from opset 7 to 21 that a node of the older form has to be rewritten for.
 * All others only allow more: types, optional inputs and outputs, attributes whose default is what was before.
 */
export const upgradeSteps: Readonly<Record<string, readonly UpgradeStep[]>> = {
  Affine: [{ to: 10, rewrite: affine }],
  BatchNormalization: [
    { to: 9, rewrite: positionsToChannels },
    { to: 14, rewrite: trainingByAttribute },
  ],
  Clip: [{ to: 11, rewrite: clipBoundsToInputs }],
  Crop: [{ to: 10, rewrite: crop }],
  DFT: [{ to: 20, rewrite: dftAxisToInput }],
  Dropout: [{ to: 12, rewrite: dropoutRatioToInput }],
  DynamicSlice: [{ to: 10, rewrite: dynamicSlice }],
  GridSample: [{ to: 20, rewrite: renameSampling }],
  GroupNormalization: [{ to: 21, rewrite: groupsToChannels }],
  Hardmax: flattened,
  ImageScaler: [{ to: 10, rewrite: imageScaler }],
  LogSoftmax: flattened,
  MeanVarianceNormalization: [{ to: 9, rewrite: normalizedAxes }],
  Pad: [{ to: 11, rewrite: padsToInputs }],
  ParametricSoftplus: [{ to: 10, rewrite: scaledActivation('Softplus') }],
  ReduceL1: reduction,
  ReduceL2: reduction,
  ReduceLogSum: reduction,
  ReduceLogSumExp: reduction,
  ReduceMax: reduction,
  ReduceMean: reduction,
  ReduceMin: reduction,
  ReduceProd: reduction,
  ReduceSum: [{ to: 13, rewrite: axesToInput }],
  ReduceSumSquare: reduction,
  Resize: [
    { to: 11, rewrite: sayCoordinates },
    { to: 13, rewrite: leaveOutEmpty },
  ],
  RoiAlign: [{ to: 16, rewrite: unshiftedRegions }],
  ScaledTanh: [{ to: 10, rewrite: scaledActivation('Tanh') }],
  Scan: [{ to: 9, rewrite: scanEachRow }],
  Scatter: [{ to: 11, rewrite: renameScatter }],
  Slice: [{ to: 10, rewrite: sliceRangesToInputs }],
  Softmax: flattened,
  Split: [
    { to: 13, rewrite: splitSizesToInput },
    { to: 18, rewrite: countEqualParts },
  ],
  Squeeze: [{ to: 13, rewrite: axesToInput }],
  TopK: [{ to: 10, rewrite: countToInput }],
  Unsqueeze: [{ to: 13, rewrite: unsqueezeAxesToInput }],
  Upsample: [
    { to: 9, rewrite: scalesToInput },
    { to: 10, rewrite: upsampleToResize },
  ],
};
