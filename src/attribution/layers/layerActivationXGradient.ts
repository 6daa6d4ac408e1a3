import { fromGraph } from '../explanationGraph.ts';
import { changeTimes } from '../gradient/changeTimes.ts';
import { mapGraph } from '../gradient/targetGradient.ts';
import type { Method, MethodKind } from '../method.ts';
import { chosenLayer } from './defaultLayer.ts';
import type { LayerChoice } from './gradCam.ts';

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
      const { value, notes } = chosenLayer(classifier, layer);
      return mapGraph(classifier, description.id, target, {
        toMap: changeTimes,
        choose: () => ({ wrt: value }),
        layer: value,
        notes,
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
