// Every method that compiles, on every network of test/reference, in plain onnxruntime-node and -web: by how much does what
// the file gives differ from `konkyo explain`? The largest difference as a share of the largest value.
//   npm run check:compiled [-- --network lenet]
import { parseArgs } from 'node:util';
import * as ortNode from 'onnxruntime-node';
import * as ortWeb from 'onnxruntime-web';
import type { Attribution } from '../src/attribution/explainer.ts';
import type { Method } from '../src/attribution/method.ts';
import { compilableMethods, compileExplainer } from '../src/compile/compileExplainer.ts';
import { isKonkyoError, type KonkyoError } from '../src/konkyoError.ts';
import { methodKind } from '../src/methods.ts';
import type { Classifier } from '../src/model/classifier.ts';
import { loadClassifier } from '../src/model/loadClassifier.ts';
import { writeModel } from '../src/onnx/writeModel.ts';
import { nodeRuntime } from '../src/runtime/node.ts';
import { webRuntime } from '../src/runtime/web.ts';
import { type Reference, readReference, referenceModels } from '../test/attribution/referenceData.ts';

const { values } = parseArgs({ options: { network: { type: 'string' } } });
ortWeb.env.wasm.numThreads = 1;
const runtimes = [
  { name: 'node', provider: 'cpu', runtime: nodeRuntime({ threads: 2 }), ort: ortNode },
  { name: 'web', provider: 'wasm', runtime: webRuntime(), ort: ortWeb },
] as const;
const results: { readonly what: string; readonly difference: number }[] = [];
for (const network of referenceModels.filter((name) => values.network === undefined || name === values.network)) {
  const reference = readReference(network);
  for (const { name, provider, runtime, ort } of runtimes) {
    const classifier = await loadClassifier(reference.bytes, { runtime });
    for (const id of compilableMethods()) {
      const method = methodKind(id).create({});
      const direct = await explained(classifier, method, reference).catch(refusal);
      if (isKonkyoError(direct)) {
        process.stderr.write(`${network}, ${name}, ${id}: ${direct.message}\n`);
        continue;
      }
      const { model, inputs, outputs } = await compileExplainer(classifier, method, { version: 'check' });
      const session = await ort.InferenceSession.create(writeModel(model), {
        executionProviders: [provider],
        logSeverityLevel: 3,
      });
      const { images, targets } = reference;
      const given = await session.run({
        [inputs.image]: new ort.Tensor('float32', images.data, images.dims),
        [inputs.class ?? '']: new ort.Tensor('int64', BigInt64Array.from(targets, BigInt), [targets.length]),
      });
      await session.release();
      const scores = given[outputs.scores]?.data as Float32Array;
      const explainedScores = targets.map((target, i) => scores[i * classifier.scores.width + target] ?? Number.NaN);
      const difference = Math.max(
        relative(given[outputs.attribution]?.data as Float32Array, direct.values.data),
        relative(Float32Array.from(explainedScores), Float32Array.from(direct.scores)),
      );
      results.push({ what: `${network}, ${name}, ${id}`, difference });
    }
    await classifier.release();
  }
  process.stderr.write(`${network}: ${results.length} pairs so far\n`);
}
const [worst] = results.toSorted((a, b) => b.difference - a.difference);
process.stdout.write(
  `${results.length} pairs; largest difference ${worst?.difference.toExponential(1)} of the largest value (${worst?.what})\n`,
);

/** A method may refuse a network (Grad-CAM one without convolutions): that is no difference. */
function refusal(error: unknown): KonkyoError {
  if (!isKonkyoError(error)) throw error;
  return error;
}

async function explained(classifier: Classifier, method: Method, { images, targets }: Reference): Promise<Attribution> {
  const explainer = await method.compile(classifier);
  try {
    return await explainer.attribute(images, targets);
  } finally {
    await explainer.release();
  }
}

/** The largest difference, as a share of the largest expected value; 0 where both are 0 everywhere. */
function relative(values: Float32Array, expected: Float32Array): number {
  if (values.length !== expected.length) return Number.POSITIVE_INFINITY;
  let [difference, largest] = [0, 0];
  for (const [i, value] of expected.entries()) {
    // A number that is none must not pass for a small difference.
    difference = Math.max(difference, Math.abs((values[i] ?? Number.NaN) - value));
    largest = Math.max(largest, Math.abs(value));
  }
  return difference === 0 ? 0 : difference / largest;
}
