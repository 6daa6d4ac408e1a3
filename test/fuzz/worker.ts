import { readdirSync, readFileSync } from 'node:fs';
import { saliency } from '../../src/attribution/gradient/saliency.ts';
import { isKonkyoError } from '../../src/konkyoError.ts';
import { loadClassifier } from '../../src/model/loadClassifier.ts';
import { float32, sizeOf } from '../../src/onnx/tensor.ts';
import { nodeRuntime } from '../../src/runtime/node.ts';
import { mutate } from './mutations.ts';

/*
 * A process of its own, for a file may crash it: takes mutated files `from` to `to`, explains each as konkyo would, and
 * writes a line before and after each.
 */

const folder = new URL('../reference/', import.meta.url);
const files = readdirSync(folder)
  .filter((name) => name.endsWith('.onnx'))
  .map((name) => new Uint8Array(readFileSync(new URL(name, folder))));
const runtime = nodeRuntime({ threads: 1 });
const [from = 0, to = 0] = process.argv.slice(2).map(Number);

for (let seed = from; seed < to; seed++) {
  process.stdout.write(`${seed} start\n`);
  process.stdout.write(`${seed} ${await outcome(mutate(files, seed))}\n`);
}

async function outcome(bytes: Uint8Array): Promise<string> {
  try {
    const classifier = await loadClassifier(bytes, { runtime, input: { size: 28 } });
    const [, ...dims] = classifier.facts.get(classifier.inputName)?.dims ?? [];
    const explainer = await saliency().compile(classifier);
    await explainer.attribute(float32([1, ...dims], new Float32Array(sizeOf(dims)).fill(0.5)), [0]);
    await explainer.release();
    await classifier.release();
    return 'explained';
  } catch (error) {
    return isKonkyoError(error)
      ? `refused ${error.tag}`
      : `FAILED untagged ${error instanceof Error ? error.stack : error}`.replaceAll('\n', ' | ');
  }
}
