// Every gradient, relevance, perturbation and noise method on the networks of test/reference, on the processor and on WebGPU:
// by how much do the maps differ, as a share of the largest value? One line for each map; ends with 1 where it is above a
// thousandth.
//   npm run check:webgpu [-- --network lenet,vit_mini] [--method saliency] [--images 1] [--own]
// Without --own, the machine's own GPU, WebGPU runs on SwiftShader.
import { spawnSync } from 'node:child_process';
import { parseArgs } from 'node:util';
import { isKonkyoError } from '../src/konkyoError.ts';
import { methodKinds } from '../src/methods.ts';
import type { Classifier } from '../src/model/classifier.ts';
import { loadClassifier } from '../src/model/loadClassifier.ts';
import { rows } from '../src/onnx/tensor.ts';
import { nodeRuntime } from '../src/runtime/node.ts';
import { type Reference, readReference, referenceModels } from '../test/attribution/referenceData.ts';
import { swiftShader } from '../test/runtime/swiftShader.ts';

const { values: flags } = parseArgs({
  options: {
    network: { type: 'string' },
    method: { type: 'string' },
    images: { type: 'string', default: '1' },
    own: { type: 'boolean', default: false },
  },
});

/** Fewer samples than by default: what is compared is the arithmetic, not the answer. */
const settings: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  smoothgrad: { samples: 9 },
  'integrated-gradients': { steps: 9 },
  'expected-gradients': { samples: 9 },
  'layer-conductance': { steps: 9 },
  'kernel-shap': { samples: 200 },
  rise: { samples: 40 },
};
/** Its search is asked for by the processor, run by run, and takes minutes. */
const leftOut = ['noncontributing'];
const tolerance = 1e-3;

const chosen = (list: string | undefined, name: string) => list === undefined || list.split(',').includes(name);

async function mapOf(classifier: Classifier, id: string, { images, targets }: Reference) {
  const count = Number(flags.images);
  const kind = methodKinds.find((each) => each.id === id);
  if (!kind) throw new RangeError(`There is no method ${id}.`);
  const explainer = await kind.create(settings[id] ?? {}).compile(classifier);
  const { values } = await explainer.attribute(rows(images, 0, count), targets.slice(0, count));
  await explainer.release();
  return values.data;
}

function difference(own: Float32Array, other: Float32Array): number {
  let [worst, largest] = [0, Number.MIN_VALUE];
  for (const [i, value] of own.entries()) {
    const gap = Math.abs(value - (other[i] ?? Number.NaN));
    if (!(gap <= worst)) worst = Number.isNaN(gap) ? Number.POSITIVE_INFINITY : gap;
    largest = Math.max(largest, Math.abs(value));
  }
  return worst / largest;
}

async function compare(network: string): Promise<number[]> {
  const reference = readReference(network);
  const onProcessor = await loadClassifier(reference.bytes, { runtime: nodeRuntime() });
  const onDevice = await loadClassifier(reference.bytes, { runtime: nodeRuntime({ device: 'webgpu' }) });
  const differences: number[] = [];
  for (const { id } of methodKinds.filter((kind) => chosen(flags.method, kind.id) && !leftOut.includes(kind.id))) {
    let expected: Float32Array;
    try {
      expected = await mapOf(onProcessor, id, reference);
    } catch (error) {
      if (!isKonkyoError(error)) throw error;
      process.stderr.write(`${network} ${id}: not on the processor either. ${error.message.split('\n')[0]}\n`);
      continue;
    }
    const found = difference(expected, await mapOf(onDevice, id, reference));
    differences.push(found);
    process.stdout.write(`${network} ${id} ${found.toExponential(1)}\n`);
  }
  await onProcessor.release();
  await onDevice.release();
  return differences;
}

const environment = swiftShader();
if (flags.own || process.env.VK_DRIVER_FILES !== undefined) {
  const all: number[] = [];
  for (const network of referenceModels.filter((name) => chosen(flags.network, name))) {
    all.push(...(await compare(network)));
  }
  process.exitCode = all.length > 0 && all.every((each) => each <= tolerance) ? 0 : 1;
} else if (environment) {
  const again = [...process.execArgv, ...process.argv.slice(1)];
  const { status } = spawnSync(process.execPath, again, { env: environment, stdio: 'inherit' });
  process.exitCode = status ?? 1;
} else {
  process.stderr.write("There is no SwiftShader: install Debian's chromium, or give --own for this machine's GPU.\n");
  process.exitCode = 1;
}
