import type { Classifier } from '../../model/classifier.ts';
import { LayerError } from '../../model/errors.ts';
import type { GraphBuilder } from '../../onnx/graphBuilder.ts';
import { mapGraph } from '../gradient/targetGradient.ts';
import { type LayerChoice, method } from '../method.ts';
import { type ChosenLayer, chosenLayer, layersWithPositions } from './defaultLayer.ts';
import { addChannelsFirst, type Positions } from './positions.ts';

/**
 * Grad-CAM, Selvaraju et al. 2017: the sum over channels of activation times the mean over positions of its gradient.
 * Values are of the layer, [n, 1, h, w], signed: no ReLU at the end.
 */
export const gradCam = method({
  id: 'grad-cam',
  title: 'Grad-CAM',
  about:
    'Where the filters that raise the score respond: the activations of a convolution, each weighted with its mean gradient.',
  unit: 'score units per position',
  resources: ['layer'],
  create: (_options, choice: LayerChoice) => ({
    settings: choice,
    settingsFor: (classifier) => ({ layer: imageLayer(classifier, choice.layer).value }),
    graph: async (classifier, target) => {
      const layer = imageLayer(classifier, choice.layer);
      const { value, positions, notes } = layer;
      return mapGraph(classifier, 'grad-cam', target, {
        toMap: (builder, gradient) => addGradCam(builder, layer, gradient),
        choose: () => ({ wrt: value }),
        layer: value,
        mapDims: [1, positions.height, positions.width],
        notes,
      });
    },
  }),
});

/** A layer of channels over rows and columns. */
export type ImageLayer = ChosenLayer & { readonly positions: Positions };

/** Adds sum_c a_c mean(da_c): [n, 1, h, w]. @param gradient in the layer's shape. */
export function addGradCam(builder: GraphBuilder, { value, dims, positions }: ImageLayer, gradient: string): string {
  const isFirst = positions.layout === 'NCHW' || positions.layout === 'signal';
  const channels = dims[isFirst ? 0 : dims.length - 1] ?? 1;
  const channelsFirst = (each: string) => addChannelsFirst(builder, each, positions, channels);
  const [slopes, values] = [channelsFirst(gradient), channelsFirst(value)];
  const weights = builder.add('ReduceMean', [slopes, builder.ints([2, 3])], { keepdims: 1 });
  return builder.add('ReduceSum', [builder.ops.Mul(weights, values), builder.ints([1])], { keepdims: 1 });
}

/** At most so many layers are named in a message. */
const mostNamed = 5;

/**
 * A layer of channels over rows and columns.
 * @throws LayerError for one that there is not, or without positions.
 */
export function imageLayer(classifier: Classifier, name: string | undefined): ImageLayer {
  const layer = chosenLayer(classifier, name);
  const { positions } = layer;
  if (positions) return { ...layer, positions };
  const others = layersWithPositions(classifier).slice(0, mostNamed);
  const advice =
    others.length === 0 ? 'The model has no layer with positions.' : `Layers that have some: ${others.join(', ')}.`;
  throw new LayerError(
    `The layer "${name ?? layer.value}" has the shape [${layer.dims}] for one image: one cell, or none, and Grad-CAM needs positions. ${advice}`,
  );
}
