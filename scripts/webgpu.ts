// Every gradient, relevance, perturbation and noise method on the networks of test/reference, on the processor and on WebGPU:
// by how much do the maps differ, as a share of the largest value? Prints a table, a line for each method and a column for each
// network; ends with 1 where a map differs by more than a thousandth, or WebGPU refuses what the processor computes.
//   npm run check:webgpu [-- --network lenet,vit_mini] [--method saliency] [--images 1] [--own]
// Without --own, the machine's own GPU, WebGPU runs on SwiftShader.
import { spawnSync } from 'node:child_process';
import { parseArgs } from 'node:util';
import { isKonkyoError } from '../src/konkyoError.ts';
import { loadClassifier } from '../src/model/loadClassifier.ts';
import { emptyGraph, GraphBuilder } from '../src/onnx/graphBuilder.ts';
import { rows } from '../src/onnx/tensor.ts';
import { nodeRuntime } from '../src/runtime/node.ts';
import type { Session } from '../src/runtime/runtime.ts';
import { readReference, referenceModels } from '../test/attribution/referenceData.ts';
import { modelOf } from '../test/networks.ts';
import { comparedMethods, difference, mapsOf, tolerance } from '../test/runtime/deviceMaps.ts';
import { swiftShader } from '../test/runtime/swiftShader.ts';

const { values: flags } = parseArgs({
  options: {
    network: { type: 'string' },
    method: { type: 'string' },
    images: { type: 'string', default: '1' },
    own: { type: 'boolean', default: false },
  },
});

const chosen = (list: string | undefined, names: readonly string[]) =>
  names.filter((name) => list === undefined || list.split(',').includes(name));
const networks = chosen(flags.network, referenceModels);
const methods = chosen(flags.method, comparedMethods);
const device = nodeRuntime({ device: 'webgpu' });

/** What was done and how long it took: on SwiftShader mostly the first run of each kind of shader. */
function say(network: string, what: string, result: string, since: number): void {
  process.stderr.write(`${network} ${what} ${result} (${((performance.now() - since) / 1000).toFixed(1)} s)\n`);
}

/** The result of a method that may refuse a model, in which case it says why. */
async function attempt(compute: () => Promise<Float32Array>): Promise<Float32Array | string> {
  try {
    return await compute();
  } catch (error) {
    if (!isKonkyoError(error)) throw error;
    return error.message;
  }
}

/** The largest difference of each method's maps: undefined where the processor has none, infinite where only WebGPU has none. */
async function compare(network: string): Promise<ReadonlyMap<string, number | undefined>> {
  const { bytes, images, targets } = readReference(network);
  const count = Number(flags.images);
  const explained = { images: rows(images, 0, count), targets: targets.slice(0, count) };
  const started = performance.now();
  const onProcessor = await loadClassifier(bytes, { runtime: nodeRuntime() });
  const onDevice = await loadClassifier(bytes, { runtime: device });
  say(network, 'loaded', '', started);
  const differences = new Map<string, number | undefined>();
  for (const method of methods) {
    const since = performance.now();
    const expected = await attempt(() => mapsOf(onProcessor, method, explained));
    if (typeof expected === 'string') {
      differences.set(method, undefined);
      continue;
    }
    const found = await attempt(() => mapsOf(onDevice, method, explained));
    const worst = typeof found === 'string' ? Number.POSITIVE_INFINITY : difference(expected, found);
    differences.set(method, worst);
    say(network, method, typeof found === 'string' ? found : worst.toExponential(1), since);
  }
  await onProcessor.release();
  await onDevice.release();
  return differences;
}

/** With its last session ONNX Runtime lets go of the device and of all that was compiled for it: one stays open. */
function holdDevice(): Promise<Session> {
  const builder = new GraphBuilder(emptyGraph('held'), 'held');
  const graph = builder.build([{ name: builder.add('Relu', [builder.input('x', 'float32', [1])]) }]);
  return device.createSession(modelOf(graph));
}

const inWords = (worst: number | undefined) =>
  worst === undefined ? '-' : Number.isFinite(worst) ? worst.toExponential(1) : 'fails';

async function run(): Promise<number> {
  const held = await holdDevice();
  const columns = new Map<string, ReadonlyMap<string, number | undefined>>();
  for (const network of networks) columns.set(network, await compare(network));
  await held.release();
  const lines = [['method', ...networks]];
  for (const method of methods)
    lines.push([method, ...networks.map((network) => inWords(columns.get(network)?.get(method)))]);
  for (const [first = '', ...others] of lines)
    process.stdout.write(`${first.padEnd(27)}${others.map((text) => text.padStart(13)).join('')}\n`);
  const all = [...columns.values()].flatMap((column) => [...column.values()].filter((worst) => worst !== undefined));
  return all.length > 0 && all.every((worst) => worst <= tolerance) ? 0 : 1;
}

const environment = swiftShader();
if (flags.own || process.env.VK_DRIVER_FILES !== undefined) {
  process.exitCode = await run();
} else if (environment) {
  const again = [...process.execArgv, ...process.argv.slice(1)];
  const { status } = spawnSync(process.execPath, again, { env: environment, stdio: 'inherit' });
  process.exitCode = status ?? 1;
} else {
  process.stderr.write("There is no SwiftShader: install Debian's chromium, or give --own for this machine's GPU.\n");
  process.exitCode = 1;
}
