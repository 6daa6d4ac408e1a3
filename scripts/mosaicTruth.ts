// Where the evidence for a value, a label, a box and a class in a region lies, on mosaics, of which it is known what a target is about: how
// often the strongest pixel is inside, and what share of the positive evidence, against a random map and an edge detector.
//   npm run check:mosaics -- FOLDER [--only value,labels,detector,segmenter] [--images 200] [--threads 2] [--json FILE]
// FOLDER has the networks that `npm run mosaics -- FOLDER` trains.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { inputXGradient } from '../src/attribution/gradient/inputXGradient.ts';
import { integratedGradients } from '../src/attribution/gradient/integratedGradients.ts';
import { gradCam } from '../src/attribution/layers/gradCam.ts';
import { occlusion } from '../src/attribution/perturbation/occlusion.ts';
import { loadMosaics } from '../src/datasets/mosaic/loadMosaics.ts';
import { methodKind } from '../src/methods.ts';
import { loadModel } from '../src/model/loadModel.ts';
import { nodeRuntime } from '../src/runtime/node.ts';
import { type EvidenceFigures, measureEvidence } from './mosaics/measure.ts';
import { type QuestionKind, type QuestionKindName, questionKinds } from './mosaics/questions.ts';

const { values: flags, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    only: { type: 'string', default: 'value,labels,detector,segmenter' },
    images: { type: 'string', default: '200' },
    threads: { type: 'string', default: '2' },
    json: { type: 'string' },
  },
});
const isKind = (name: string): name is QuestionKindName => Object.hasOwn(questionKinds, name);
const [folder] = positionals;
const asked = flags.only.split(',');
if (folder === undefined || !asked.every(isKind)) {
  process.stderr.write(`Usage: npm run check:mosaics -- FOLDER [--only ${Object.keys(questionKinds)}]\n`);
  process.exit(2);
}

const runtime = nodeRuntime({ threads: Number(flags.threads) });
const { test } = await loadMosaics();
const methods = [
  inputXGradient(),
  integratedGradients(),
  methodKind('lrp-epsilon-plus').create({}),
  occlusion(),
  gradCam(),
  // Its default, the last layer, has the scores of each place themselves: of the value all below 0, so that nothing is left of them.
  { ...gradCam({ layer: 'conv5' }), title: 'Grad-CAM of the layer before' },
];
const all: object[] = [];
const interval = ({ mean, low, high }: EvidenceFigures['mass']) =>
  `${mean.toFixed(3)} (${low.toFixed(3)} to ${high.toFixed(3)})`;
for (const name of asked) {
  const kind: QuestionKind = questionKinds[name];
  const start = performance.now();
  const read = (ending: string) => readFileSync(join(folder, `${name}.${ending}`));
  const loaded = await loadModel(read('onnx'), { runtime, input: JSON.parse(read('konkyo.json').toString()) });
  const figures = await measureEvidence(loaded, kind, test, methods, Number(flags.images));
  await loaded.release();
  const seconds = (performance.now() - start) / 1000;
  const hasOrder = figures.some(({ order }) => order !== undefined);
  process.stdout.write(
    `\n${kind.title}, ${figures.at(-1)?.images} images, ${seconds.toFixed(0)} s\n\n| method | pointing game | share inside |${hasOrder ? ' order |' : ''}\n| --- | --- | --- |${hasOrder ? ' --- |' : ''}\n`,
  );
  for (const { method, images, pointing, mass, order } of figures) {
    const without = (figures.at(-1)?.images ?? 0) - images;
    const title = without > 0 ? `${method} (${without} without positive evidence)` : method;
    process.stdout.write(
      `| ${title} | ${interval(pointing)} | ${interval(mass)} |${order === undefined ? '' : ` ${order.toFixed(2)} |`}\n`,
    );
  }
  all.push({ kind: name, title: kind.title, seconds, figures });
}
if (flags.json !== undefined) writeFileSync(flags.json, `${JSON.stringify(all, null, 2)}\n`);
