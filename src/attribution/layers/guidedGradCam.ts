import type { Classifier } from '../../model/classifier.ts';
import type { GraphBuilder } from '../../onnx/graphBuilder.ts';
import { guided } from '../../transforms/modifiedGradient/reluGradients.ts';
import { fromGraph } from '../explanationGraph.ts';
import { changeTimes } from '../gradient/changeTimes.ts';
import { changedAtRelus } from '../gradient/modifiedRelu.ts';
import { addTargetGradient, mapGraph } from '../gradient/targetGradient.ts';
import type { Method, MethodKind } from '../method.ts';
import { addGradCam, type ImageLayer, imageLayer, type LayerChoice } from './gradCam.ts';

const description = {
  id: 'guided-grad-cam',
  title: 'Guided Grad-CAM',
  about: 'The sharp lines of guided backpropagation, kept only where Grad-CAM finds the class.',
  unit: 'arbitrary units',
};

/**
 * Guided Grad-CAM, Selvaraju et al. 2017: guided backpropagation times the positive part of Grad-CAM, each of whose cells
 * covers its part of the image (nearest neighbour, as in Captum).
 */
export function guidedGradCam({ layer }: LayerChoice = {}): Method {
  return {
    ...description,
    settings: layer === undefined ? {} : { layer },
    settingsFor: (classifier) => ({ layer: imageLayer(classifier, layer).value }),
    ...fromGraph(async (classifier, target) => {
      const chosen = imageLayer(classifier, layer);
      const { notes = [], ...changed } = changedAtRelus(classifier, guided);
      return mapGraph(classifier, description.id, target, {
        toMap: (builder, gradient, _input, weights) =>
          changeTimes(builder, gradient, addCover(builder, classifier, chosen, weights)),
        ...changed,
        notes: [...(chosen.notes ?? []), ...notes],
      });
    }),
  };
}

export const guidedGradCamKind: MethodKind = {
  ...description,
  options: {},
  resources: ['layer'],
  create: (_settings, resources) => guidedGradCam(resources),
};

/** max(Grad-CAM, 0) in the image's height and width, as it broadcasts to the image. */
function addCover(builder: GraphBuilder, classifier: Classifier, layer: ImageLayer, weights: string): string {
  const { height, width, layout } = classifier.input;
  const gradient = addTargetGradient(builder, classifier, weights, { wrt: layer.value });
  const positive = builder.add('Relu', [addGradCam(builder, layer, gradient)]);
  const counts = builder.add('Shape', [positive], { start: 0, end: 2 });
  const sizes = builder.add('Concat', [counts, builder.ints([height, width])], { axis: 0 });
  const stretched = builder.add('Resize', [positive, '', '', sizes], {
    mode: 'nearest',
    nearest_mode: 'floor',
    coordinate_transformation_mode: 'asymmetric',
  });
  return layout === 'NCHW' ? stretched : builder.add('Transpose', [stretched], { perm: [0, 2, 3, 1] });
}
