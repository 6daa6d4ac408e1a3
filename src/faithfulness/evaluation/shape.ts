import { complexity, sparseness } from '../metrics/complexity.ts';
import { type EvaluationMetric, said } from './metric.ts';

/* How concentrated a map is, whatever the model: no map is truer for it. */

export const sparsenessMetric: EvaluationMetric = {
  id: 'sparseness',
  title: 'Sparseness',
  about: "The Gini index of the values' sizes: 0 where all pixels are alike, near 1 where few have all.",
  paper: 'Chalasani, Chen, Chowdhury, Wu & Jha 2020',
  kind: 'shape',
  larger: 'neither',
  settings: {},
  of: async (maps) => maps.map(({ map }) => said(sparseness(map))),
};

export const complexityMetric: EvaluationMetric = {
  id: 'complexity',
  title: 'Complexity',
  about: "The entropy of the pixels' shares in the sum of the values' sizes, nats: 0 where one pixel has all.",
  paper: 'Bhatt, Weller & Moura 2020',
  kind: 'shape',
  larger: 'neither',
  settings: {},
  of: async (maps) => maps.map(({ map }) => said(complexity(map))),
};
