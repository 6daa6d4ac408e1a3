import { changeTimes, mapGraph } from '../gradient/targetGradient.ts';
import { type LayerChoice, method } from '../method.ts';
import { chosenLayer } from './defaultLayer.ts';

/** A layer's output times the gradient of the score with respect to it, in the layer's shape, [n, ...]. */
export const layerActivationXGradient = method({
  id: 'layer-activation-x-gradient',
  title: 'Layer activation x gradient',
  about: 'What each unit of a layer adds to the score if the rest of the network is taken as linear around this image.',
  unit: 'score units',
  resources: ['layer'],
  create: (_options, choice: LayerChoice) => ({
    settings: choice,
    settingsFor: (classifier) => ({ layer: chosenLayer(classifier, choice.layer).value }),
    graph: async (classifier, target) => {
      const { value, notes } = chosenLayer(classifier, choice.layer);
      return mapGraph(classifier, 'layer-activation-x-gradient', target, {
        toMap: changeTimes,
        choose: () => ({ wrt: value }),
        layer: value,
        notes,
      });
    },
  }),
});
