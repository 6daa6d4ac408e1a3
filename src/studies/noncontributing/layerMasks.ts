import type { Classifier } from '../../model/classifier.ts';
import { findLayer, layersOf } from '../../model/layer.ts';
import { elementTypeCode } from '../../onnx/elementType.ts';
import type { Facts } from '../../onnx/facts.ts';
import type { Graph } from '../../onnx/graph.ts';
import { GraphBuilder } from '../../onnx/graphBuilder.ts';
import { is } from '../../onnx/operators.ts';
import type { Tensor } from '../../onnx/tensor.ts';
import { program } from '../../runtime/program.ts';
import { outputOf } from '../../runtime/runtime.ts';

/** A layer in which positions where the network sees no feature are held at 0. */
export interface LayerMask {
  /** The name of the layer's values, or of its node. */
  readonly layer: string;
  /** Positions whose value for the image itself is at or below it are held at 0. */
  readonly threshold: number;
}

/** Ikeno, Hara & Washio's masks, none, or one's own. */
export type MaskChoice = 'paper' | 'none' | readonly LayerMask[];

/** Section 4.1: 0.2 for the first convolution, 0 for what follows. */
const paperThresholds = { first: 0.2, following: 0 };

/**
 * The layers to mask. The paper's are the outputs of activation functions; the scores themselves are never masked, for a
 * class with a negative score would drop out of the objective.
 * @throws LayerError for a layer the model does not have.
 */
export function chosenMasks(classifier: Classifier, masks: MaskChoice): LayerMask[] {
  if (masks === 'none') return [];
  if (masks !== 'paper') {
    return masks.map(({ layer, threshold }) => ({ layer: findLayer(classifier, layer).value, threshold }));
  }
  const activations = layersOf(classifier).filter(
    ({ node, value }) => is(node, 'elementwise') && value !== classifier.scores.name,
  );
  return activations.map(({ value }, i) => ({
    layer: value,
    threshold: i === 0 ? paperThresholds.first : paperThresholds.following,
  }));
}

/** A graph in which layers are multiplied with masks, graph inputs of 0 and 1 in the shape of one image's layer, [1, ...]. */
export interface MaskedGraph {
  readonly graph: Graph;
  /** Those of the graph it came from, and of what was added. */
  readonly facts: Facts;
  readonly masks: readonly MaskInput[];
}

interface MaskInput extends LayerMask {
  /** Name of the graph input. */
  readonly input: string;
}

/** Multiplies each layer with its mask: whatever reads the layer reads the product, under the layer's name. */
export function withMasks(graph: Graph, facts: Facts, layers: readonly LayerMask[]): MaskedGraph {
  const builder = new GraphBuilder({ ...graph, nodes: [] }, 'mask');
  const all = new Map(facts);
  const masks: MaskInput[] = [];
  for (const node of graph.nodes) {
    const masked = layers.find(({ layer }) => node.outputs[0] === layer);
    if (!masked) {
      builder.append(node);
      continue;
    }
    const { layer, threshold } = masked;
    const known = facts.get(layer);
    const dims = known?.dims.slice(1) ?? [];
    const input = builder.input(`konkyo/mask/${layer}`, 'float32', [1, ...dims]);
    const whole = builder.fresh('unmasked');
    builder.append({ ...node, outputs: [whole, ...node.outputs.slice(1)] });
    builder.append({
      op: 'Mul',
      domain: '',
      name: builder.fresh('mask'),
      inputs: [whole, input],
      outputs: [layer],
      attributes: {},
    });
    if (known) all.set(whole, known);
    all.set(input, { type: 'float32', dims: [1, ...dims] });
    masks.push({ layer, threshold, input });
  }
  return { graph: builder.build(), facts: all, masks };
}

/** The masks of an image, by the names of the masked graph's inputs. */
interface MaskValues {
  of(image: Tensor<'float32'>): Promise<Readonly<Record<string, Tensor>>>;
  release(): Promise<void>;
}

/** 1 where the unmasked network's layer is above the threshold for the image itself, else 0. */
export async function compileMaskValues(classifier: Classifier, masks: readonly MaskInput[]): Promise<MaskValues> {
  if (masks.length === 0) return { of: async () => ({}), release: async () => {} };
  const { model, runtime, inputName } = classifier;
  const builder = new GraphBuilder(model.graph, 'mask-values');
  const values = masks.map(({ layer, threshold, input }) => {
    const above = builder.ops.Greater(layer, builder.scalar(threshold));
    return { input, mask: builder.add('Cast', [above], { to: elementTypeCode('float32') }) };
  });
  const outputs = values.map(({ mask }) => mask);
  const { run, release } = await program(runtime, { ...model, graph: builder.build() }, { outputs });
  return {
    async of(image) {
      const found = await run({ [inputName]: image });
      return Object.fromEntries(values.map(({ input, mask }) => [input, outputOf(found, mask)] as const));
    },
    release,
  };
}
