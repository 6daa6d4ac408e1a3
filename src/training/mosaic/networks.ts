import { mosaicSide } from '../../datasets/mosaic/mosaic.ts';
import type { Model } from '../../onnx/graph.ts';
import { isTensorOf } from '../../onnx/tensor.ts';
import { type Layer, networkModel } from '../network.ts';
import { boxOfEachCell, pixelsOfPlaces, sumOfPlaces, surestPlace } from './heads.ts';

/** A network that learns something of mosaics: opset 21, `input` [N, 1, 96, 96] float32 in [0, 1]; seeded initial weights. */
interface MosaicNetwork {
  readonly title: string;
  readonly build: (seed: number) => Model;
}

const digits = 10;
/** What each digit adds to the sum. */
export const digitWorths: readonly number[] = Array.from({ length: digits }, (_, digit) => digit);
/** Pixels from one cell of the detector to the next, and the cells down and across. */
export const cellSide = 8;
export const cellsAcross = mosaicSide / cellSide;

interface ConvOptions {
  readonly kernel?: number;
  readonly stride?: number;
  readonly dilation?: number;
}

/** A convolution with ReLU whose places lie over those of its input (every `stride`th of them). */
function conv(name: string, filters: number, { kernel = 3, stride = 1, dilation = 1 }: ConvOptions = {}): Layer {
  const padding = (dilation * (kernel - 1)) / 2;
  return { type: 'conv', name, filters, kernel, stride, padding, dilation, activation: 'relu' };
}

/** The last convolution: each place by itself. */
function evidence(filters: number): Layer {
  return { type: 'conv', name: 'evidence', filters, kernel: 1, activation: 'none' };
}

function mosaicNetwork(name: string, layers: readonly Layer[], seed: number): Model {
  return networkModel({ name, input: [1, mosaicSide, mosaicSide], output: 'evidence', layers }, seed);
}

/**
 * The same, whose last convolution starts with this bias from a channel on: logits of what is rare at a place start low, or the
 * first updates go into learning that alone (Lin et al. 2017).
 */
function startingLow(model: Model, from: number, logit: number): Model {
  const { graph } = model;
  const initializers = new Map(graph.initializers);
  const bias = initializers.get('evidence.bias');
  if (bias && isTensorOf(bias, 'float32')) {
    initializers.set('evidence.bias', { ...bias, data: bias.data.map((value, i) => (i < from ? value : logit)) });
  }
  return { ...model, graph: { ...graph, initializers } };
}

/** 12x12 places, each of which sees 49x49 pixels: any digit whole. */
const features: readonly Layer[] = [
  conv('conv1', 12, { kernel: 5, stride: 2 }),
  conv('conv2', 24, { stride: 2 }),
  conv('conv3', 48, { stride: 2 }),
  conv('conv4', 64),
  conv('conv5', 64),
];

/** The networks that learn mosaics of digits, each with random weights. */
export const mosaicNetworks = {
  'mosaic-value': {
    title:
      'The sum of a mosaic’s digits: five convolutions, how much of each digit each of 12x12 places has, and their sum',
    build: (seed) =>
      sumOfPlaces(
        startingLow(mosaicNetwork('mosaic-value', [...features, evidence(digits)], seed), 0, -6),
        digitWorths,
      ),
  },
  'mosaic-labels': {
    title:
      'Which digits a mosaic has: five convolutions, how sure each of 12x12 places is of each digit, and the surest',
    build: (seed) =>
      surestPlace(startingLow(mosaicNetwork('mosaic-labels', [...features, evidence(digits)], seed), 0, -3), digits),
  },
  'mosaic-segmenter': {
    title:
      'The class of each pixel of a mosaic: five convolutions to scores at 12x12 places, and one that looks at each pixel',
    build: (seed) => {
      const classes = digits + 1;
      const scores = mosaicNetwork('mosaic-segmenter', [...features, evidence(classes)], seed);
      return pixelsOfPlaces(scores, cellSide, [classes, mosaicSide, mosaicSide], seed);
    },
  },
  'mosaic-detector': {
    title: 'The box and class of each digit of a mosaic: five convolutions, a box for each of 12x12 cells',
    build: (seed) =>
      boxOfEachCell(startingLow(mosaicNetwork('mosaic-detector', [...features, evidence(4 + digits)], seed), 4, -4), {
        side: cellsAcross,
        stride: cellSide,
        usual: 24,
        classes: digits,
      }),
  },
} as const satisfies Readonly<Record<string, MosaicNetwork>>;

export type MosaicNetworkName = keyof typeof mosaicNetworks;
