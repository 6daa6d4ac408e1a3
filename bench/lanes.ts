import { parseArgs } from 'node:util';
import { integratedGradients } from '../src/attribution/gradient/integratedGradients.ts';
import { saliency } from '../src/attribution/gradient/saliency.ts';
import { smoothGrad } from '../src/attribution/gradient/smoothGrad.ts';
import { concatRows } from '../src/onnx/tensor.ts';
import { nodeRuntime } from '../src/runtime/node.ts';
import { benchModels } from './models.ts';

/*
 * npm run bench:lanes [-- --model NAME] [-- --only WORD] [-- --rounds 12] [-- --threads 2]
 * Explanations with every operator on all threads ("whole"), and shared out among threads ("lanes"), in turns with the forward pass
 * of the same images. One JSON line each, of the shortest milliseconds of all rounds, and of the explanation in forward passes.
 */

const { values } = parseArgs({
  options: {
    model: { type: 'string' },
    only: { type: 'string', default: '' },
    rounds: { type: 'string', default: '12' },
    threads: { type: 'string', default: '2' },
  },
});
const inLanes = nodeRuntime({ threads: Number(values.threads) });
const whole = { ...inLanes, lanes: undefined };
const round = (value: number) => Number(value.toPrecision(4));

for (const { name, missing, load } of benchModels) {
  if (values.model !== undefined && values.model !== name) continue;
  if (missing !== undefined) {
    process.stderr.write(`skipped: ${name}: ${missing}\n`);
    continue;
  }
  const [plain, shared] = [await load(whole), await load(inLanes)];
  const batch = Math.min(16, plain.classifier.batchSize);
  const chosen = [
    { method: saliency(), what: 'saliency, a full batch', count: batch },
    { method: integratedGradients({ steps: 50 }), what: 'integrated-gradients 50', count: 1 },
    { method: smoothGrad({ samples: 100 }), what: 'smoothgrad 100', count: 1 },
  ];
  for (const { method, what, count } of chosen.filter((one) => one.what.includes(values.only))) {
    const images = concatRows(Array.from({ length: count }, () => plain.image));
    const targets = Array.from({ length: count }, () => 0);
    const [a, b] = [await method.compile(plain.classifier), await method.compile(shared.classifier)];
    const ways = {
      forward: () => plain.classifier.scoresOf(images),
      whole: () => a.attribute(images, targets),
      lanes: () => b.attribute(images, targets),
    };
    const shortest = { forward: Infinity, whole: Infinity, lanes: Infinity };
    for (let turn = 0; turn <= Number(values.rounds); turn++) {
      for (const way of ['forward', 'whole', 'lanes'] as const) {
        const start = performance.now();
        await ways[way]();
        // The first turn is a warm-up.
        if (turn > 0) shortest[way] = Math.min(shortest[way], performance.now() - start);
      }
    }
    const { forward } = shortest;
    const milliseconds = Object.fromEntries(Object.entries(shortest).map(([way, time]) => [way, round(time)] as const));
    const forwards = { whole: round(shortest.whole / forward), lanes: round(shortest.lanes / forward) };
    process.stdout.write(`${JSON.stringify({ model: name, method: what, milliseconds, forwards })}\n`);
    await a.release();
    await b.release();
  }
  await plain.classifier.release();
  await shared.classifier.release();
}
