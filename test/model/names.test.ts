import { expect, it } from 'vitest';
import { explain } from '../../src/attribution/explain.ts';
import { integratedGradients } from '../../src/attribution/gradient/integratedGradients.ts';
import { saliency } from '../../src/attribution/gradient/saliency.ts';
import { gradCam } from '../../src/attribution/layers/gradCam.ts';
import { loadClassifier } from '../../src/model/loadClassifier.ts';
import { writeModel } from '../../src/onnx/writeModel.ts';
import { images, modelOf, node, value, weights } from '../networks.ts';
import { runtimes } from '../runtimes.ts';

/** The same network with its values under other names. */
function network(names: { input: string; weights: string; inner: string; output: string }) {
  return modelOf({
    name: 'g',
    inputs: [value(names.input, ['n', 1, 4, 4])],
    outputs: [value(names.output, ['n', 3])],
    nodes: [
      node('Conv', [names.input, names.weights], [names.inner], { name: names.inner }),
      node('GlobalAveragePool', [names.inner], ['pooled']),
      node('Flatten', ['pooled'], [names.output]),
    ],
    initializers: new Map([[names.weights, weights([3, 1, 3, 3])]]),
    valueInfo: [],
  });
}

const plain = { input: 'x', weights: 'w', inner: 'i', output: 'y' };
const awkward = ['__proto__', 'constructor', 'toString', 'hasOwnProperty'].flatMap((name) =>
  (Object.keys(plain) as (keyof typeof plain)[]).map((place) => ({ name, place })),
);

async function explained(names: typeof plain, runtime: (typeof runtimes)[number]['runtime']) {
  const classifier = await loadClassifier(writeModel(network(names)), {
    runtime,
    input: { classes: ['__proto__', 'constructor', 'toString'] },
  });
  const methods = [saliency(), gradCam({ layer: names.inner }), integratedGradients({ steps: 5 })];
  const all = await explain(classifier, images(2, [1, 4, 4]), methods);
  await classifier.release();
  return all.map(({ prediction, maps }) => ({ prediction, values: maps.map(({ values }) => values) }));
}

it.each(runtimes)('names that objects have of their own are names like others, on $name', async ({ runtime }) => {
  const expected = await explained(plain, runtime);
  for (const { name, place } of awkward) {
    expect(await explained({ ...plain, [place]: name }, runtime)).toEqual(expected);
  }
});
