import type { Classifier } from '../classifier/classifier.ts';
import type { GraphBuilder } from '../onnx/graphBuilder.ts';
import { LayerError } from './errors.ts';
import { fromGraph } from './explanationGraph.ts';
import { chosenLayer, type Layer } from './layer.ts';
import type { Method, MethodKind, MethodResources } from './method.ts';
import { mapGraph } from './targetGradient.ts';

const description = {
  id: 'grad-cam',
  title: 'Grad-CAM',
  about:
    'Where the filters that raise the score respond: the activations of a convolution, each weighted with its mean gradient.',
  unit: 'score units per position',
};

/** The layer to look at: the last convolution unless one is named. */
export type LayerChoice = Pick<MethodResources, 'layer'>;

/**
 * Grad-CAM, Selvaraju et al. 2017: the sum over channels of activation times the mean over positions of its gradient.
 * Values are of the layer, [n, 1, h, w], signed: no ReLU at the end.
 */
export function gradCam({ layer }: LayerChoice = {}): Method {
  return {
    ...description,
    settings: layer === undefined ? {} : { layer },
    settingsFor: (classifier) => ({ layer: imageLayer(classifier, layer).value }),
    ...fromGraph(async (classifier, target) => {
      const chosen = imageLayer(classifier, layer);
      const { value, dims } = chosen;
      return mapGraph(classifier, description.id, target, {
        toMap: (builder, gradient) => addGradCam(builder, chosen, gradient),
        choose: () => ({ wrt: value }),
        layer: value,
        mapDims: [1, ...dims.slice(1)],
      });
    }),
  };
}

export const gradCamKind: MethodKind = {
  ...description,
  options: {},
  resources: ['layer'],
  create: (_settings, resources) => gradCam(resources),
};

/** Adds sum_c a_c mean(da_c): [n, C, ...] -> [n, 1, ...]. */
export function addGradCam(builder: GraphBuilder, { value, dims }: Layer, gradient: string): string {
  const positions = dims.slice(1).map((_, i) => i + 2);
  const weights = builder.add('ReduceMean', [gradient, builder.ints(positions)], { keepdims: 1 });
  return builder.add('ReduceSum', [builder.ops.Mul(weights, value), builder.ints([1])], { keepdims: 1 });
}

/**
 * A layer of channels over rows and columns.
 * @throws UnknownLayerError; LayerError for one of another kind.
 */
export function imageLayer(classifier: Classifier, name: string | undefined): Layer {
  const layer = chosenLayer(classifier, name);
  if (layer.dims.length === 3) return layer;
  throw new LayerError(
    `The layer "${name ?? layer.value}" has the shape [${layer.dims}] for one image, not [channels, height, width]: Grad-CAM needs positions. Name a convolution's output.`,
  );
}
