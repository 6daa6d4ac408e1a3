import { changeTimes } from './changeTimes.ts';
import { fromGraph } from './explanationGraph.ts';
import type { LayerChoice } from './gradCam.ts';
import { chosenLayer } from './layer.ts';
import type { Method, MethodKind } from './method.ts';
import { mapGraph } from './targetGradient.ts';

const description = {
  id: 'layer-activation-x-gradient',
  title: 'Layer activation x gradient',
  about: 'What each unit of a layer adds to the score if the rest of the network is taken as linear around this image.',
  unit: 'score units',
};

/** A layer's output times the gradient of the score with respect to it, in the layer's shape, [n, ...]. */
export function layerActivationXGradient({ layer }: LayerChoice = {}): Method {
  return {
    ...description,
    settings: layer === undefined ? {} : { layer },
    settingsFor: (classifier) => ({ layer: chosenLayer(classifier, layer).value }),
    ...fromGraph(async (classifier, target) => {
      const { value } = chosenLayer(classifier, layer);
      return mapGraph(classifier, description.id, target, {
        toMap: changeTimes,
        choose: () => ({ wrt: value }),
        layer: value,
      });
    }),
  };
}

export const layerActivationXGradientKind: MethodKind = {
  ...description,
  options: {},
  resources: ['layer'],
  create: (_settings, resources) => layerActivationXGradient(resources),
};
