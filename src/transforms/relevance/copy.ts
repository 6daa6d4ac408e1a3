import type { ValueFacts } from '../../onnx/facts.ts';
import type { Node } from '../../onnx/graph.ts';
import { inputOf, outputOf } from '../../onnx/graphView.ts';
import type { Tensor } from '../../onnx/tensor.ts';
import { inputGradients } from '../gradient/gradient.ts';
import { gradientAnswer, type Layer, parameter } from './layer.ts';
import { type InputModifier, modified, type ParameterModifier, unchanged } from './modifiers.ts';
import type { RelevancePass } from './rule.ts';

/** A layer computed again with other inputs and parameters: what a rule changes, and nothing of the operator. */
export interface LayerPart {
  readonly input: InputModifier;
  readonly weights: ParameterModifier;
  readonly biases: ParameterModifier;
}

export interface LayerCopy {
  readonly part: LayerPart;
  /** What the copy computes, in the shape of the layer's output. */
  readonly output: string;
  /** The changed value of a data input. */
  readonly inputOf: (position: number) => string;
  /** The changed biases, as they broadcast to the output. */
  readonly biases: readonly string[];
  /** The gradient of the data inputs where `dy` is that of the copy's output, in the inputs' shapes. */
  readonly gradients: (dy: string) => ReadonlyMap<number, string>;
}

/** Whether a part is 0 whatever the image is. Sums and means have weights too, if none to change: positive ones. */
export function vanishes({ input, weights }: LayerPart, { node, data, context, weights: own }: Layer): boolean {
  if (own === undefined && weights.of(1) === 0) return true;
  return data.every((i) => input.vanishes?.(inputOf(node, i), context) === true);
}

/**
 * Adds a copy of a layer; where nothing is changed, the layer itself stands in for it.
 * @param as what the copy computes in place of the layer's own operator.
 */
export function copyLayer({ layer, call }: RelevancePass, part: LayerPart, as: Node = layer.node): LayerCopy {
  const { node, context, data, biases } = layer;
  const { builder } = call;
  const known = new Map<string, ValueFacts>();
  const facts = (name: string) => known.get(name) ?? context.facts(name);
  const withValue = (original: string, value: string, constant?: Tensor): string => {
    const { type, dims } = context.facts(original);
    if (value !== original) known.set(value, { type, dims, constant });
    return value;
  };
  const change = (name: string, position: number): string => {
    if (data.includes(position)) {
      const same = part.input.keeps?.(name, context) === true;
      return same ? name : withValue(name, part.input.add(builder, name, context));
    }
    const modifier = biases.includes(position) ? part.biases : position === layer.weights ? part.weights : unchanged;
    const constant = modifier === unchanged ? undefined : parameter(layer, position);
    if (!constant) return name;
    const values = modified(modifier, constant);
    return withValue(name, builder.constant(values, modifier.name), values);
  };
  const inputs = node.inputs.map(change);
  const same = as === node && inputs.every((name, i) => name === node.inputs[i]);
  const output = same ? outputOf(node) : builder.fresh(`${as.op} again`);
  const { proto: _, ...plain } = as;
  const copy: Node = same ? node : { ...plain, name: output, inputs, outputs: [output] };
  if (!same) {
    builder.append(copy);
    withValue(outputOf(node), output);
  }
  const answer = gradientAnswer({ ...layer, node: as });
  return {
    part,
    output,
    inputOf: (position) => inputOf(copy, position),
    biases: biases.map((position) => inputOf(copy, position)),
    gradients: (dy) => {
      if (typeof answer === 'string') return new Map();
      const found = inputGradients(answer, call.ofCopy(output, [dy], facts));
      return new Map(
        data.flatMap((i) => {
          const gradient = found[i];
          return gradient ? [[i, gradient()] as const] : [];
        }),
      );
    },
  };
}
