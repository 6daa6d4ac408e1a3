import { nodesOnTheWay } from '../../model/layer.ts';
import { is } from '../../onnx/operators.ts';
import type { Tensor } from '../../onnx/tensor.ts';
import { program } from '../../runtime/program.ts';
import { scoped } from '../../runtime/release.ts';
import { floatOutputOf } from '../../runtime/runtime.ts';
import type { FilterNetwork } from './filterNetwork.ts';

/** What an image has become at one point of a network: a map for each filter. */
export interface Stage {
  /** The node's name, or its output's. */
  readonly name: string;
  readonly op: string;
  readonly height: number;
  readonly width: number;
  readonly maps: readonly Float32Array[];
}

/** Of more maps than this no stage is shown. */
const mostMaps = 16;

/**
 * How an image is processed: the maps after each convolution and its activation, and after each pooling, in their order. What comes
 * of the last one is in the path maps. @param image [1, ...]
 */
export async function processingOf({ classifier }: FilterNetwork, image: Tensor<'float32'>): Promise<readonly Stage[]> {
  const { model, runtime, inputName, facts } = classifier;
  const nodes = nodesOnTheWay(classifier);
  const shown = nodes.filter((node) => {
    const dims = facts.get(node.outputs[0] ?? '')?.dims ?? [];
    const readers = nodes.filter(({ inputs }) => inputs.includes(node.outputs[0] ?? ''));
    // A convolution's map is shown once it has been through what is done to each of its values.
    const goesOn = readers.length === 1 && readers.every((reader) => is(reader, 'same position'));
    return dims.length === 4 && (dims[1] ?? 0) <= mostMaps && !goesOn;
  });
  const names = shown.flatMap(({ outputs }) => outputs.slice(0, 1));
  if (names.length === 0) return [];
  return scoped(async (keep) => {
    const values = await (await keep(program(runtime, model, { outputs: names }))).run({ [inputName]: image });
    return shown.map((node): Stage => {
      const { dims, data } = floatOutputOf(values, node.outputs[0] ?? '');
      const [, count = 0, height = 1, width = 1] = dims;
      const size = height * width;
      const maps = Array.from({ length: count }, (_, i) => data.slice(i * size, (i + 1) * size));
      return { name: node.name || (node.outputs[0] ?? ''), op: node.op, height, width, maps };
    });
  });
}
