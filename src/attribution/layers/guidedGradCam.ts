import type { Classifier } from '../../model/classifier.ts';
import type { GraphBuilder } from '../../onnx/graphBuilder.ts';
import { guided } from '../../transforms/modifiedGradient/reluGradients.ts';
import { changedAtRelus } from '../gradient/guidedBackprop.ts';
import { addTargetGradient, changeTimes, mapGraph } from '../gradient/targetGradient.ts';
import { type LayerChoice, method } from '../method.ts';
import { addGradCam, type ImageLayer, imageLayer } from './gradCam.ts';

/**
 * Guided Grad-CAM, Selvaraju et al. 2017: guided backpropagation times the positive part of Grad-CAM, each of whose cells
 * covers its part of the image (nearest neighbour, as in Captum).
 */
export const guidedGradCam = method({
  id: 'guided-grad-cam',
  title: 'Guided Grad-CAM',
  about: 'The sharp lines of guided backpropagation, kept only where Grad-CAM finds the class.',
  unit: 'arbitrary units',
  resources: ['layer'],
  create: (_options, choice: LayerChoice) => ({
    settings: choice,
    settingsFor: (classifier) => ({ layer: imageLayer(classifier, choice.layer).value }),
    graph: async (classifier, target) => {
      const layer = imageLayer(classifier, choice.layer);
      const changed = changedAtRelus(classifier, guided);
      return mapGraph(classifier, 'guided-grad-cam', target, {
        ...changed,
        toMap: (builder, gradient, _input, weights) =>
          changeTimes(builder, gradient, addCover(builder, classifier, layer, weights)),
        notes: [...(layer.notes ?? []), ...(changed.notes ?? [])],
      });
    },
  }),
});

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
