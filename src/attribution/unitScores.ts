import type { Classifier } from '../model/classifier.ts';
import { LayerError } from '../model/errors.ts';
import { findLayer } from '../model/layer.ts';
import { derive } from '../model/makeClassifier.ts';
import { classCount, type Target } from '../model/target.ts';
import { GraphBuilder } from '../onnx/graphBuilder.ts';
import { int64 } from '../onnx/tensor.ts';

/** A classifier whose scores are a layer's units, and the target that stands for one of them. */
export interface UnitTarget {
  readonly classifier: Classifier;
  readonly target: Target;
}

/**
 * The same model with a unit of a layer to explain in place of a class. A unit of a convolution's output [n, C, h, w] is a
 * channel, its value the sum over all positions; of [n, F] a feature; of [n, tokens, F] a feature, summed over the tokens.
 * Its own sessions have to be released; the classifier it comes from stays as it is.
 * @throws LayerError for a layer that there is not, suggesting near names, or a unit that it does not have.
 */
export function unitTarget(classifier: Classifier, layer: string, unit: number): UnitTarget {
  const units = unitScores(classifier, layer);
  const { width } = units.scores;
  if (!Number.isInteger(unit) || unit < 0 || unit >= width) {
    throw new LayerError(`There is no unit ${unit}: the layer "${layer}" has ${width}, 0 to ${width - 1}.`);
  }
  // Of a single score z, target 1 stands for z and target 0 for -z.
  return { classifier: units, target: width === 1 ? 1 : unit };
}

/** A classifier whose scores are the units of a layer, see unitTarget. */
export function unitScores(classifier: Classifier, name: string): Classifier {
  const { value, dims } = findLayer(classifier, name);
  const { model, facts, input, preparation } = classifier;
  const rank = dims.length + 1;
  // Tokens come before their features, positions after their channels.
  const unitAxis = rank === 3 ? 2 : 1;
  const width = dims[unitAxis - 1];
  if (width === undefined) throw new LayerError(`The layer "${name}" has one number an image and no units.`);
  const axes = dims.flatMap((_, i) => (i + 1 === unitAxis ? [] : [i + 1]));
  const builder = new GraphBuilder(model.graph, 'units');
  const axesName = builder.ints(axes);
  const sum = axes.length === 0 ? value : builder.add('ReduceSum', [value, axesName], { keepdims: 0 });
  const rowCount = facts.get(value)?.dims[0] ?? 1;
  const newFacts = new Map([
    ...facts,
    [axesName, { type: 'int64' as const, dims: [axes.length], constant: int64(axes) }],
    [sum, { type: 'float32' as const, dims: [rowCount, width] }],
  ]);
  const classes = Array.from({ length: width === 1 ? 2 : width }, (_, i) =>
    width === 1 ? (i === 1 ? `unit 0 of ${name}` : `less of unit 0 of ${name}`) : `unit ${i} of ${name}`,
  );
  const over = rank === 3 ? 'tokens' : 'positions';
  const note = `The value of a unit of ${name} is ${axes.length === 0 ? 'the number itself' : `its sum over all ${over}`}.`;
  return derive(classifier, {
    model: { ...model, graph: builder.build() },
    facts: newFacts,
    scores: { name: sum, width },
    classCount: classCount(width),
    input: { ...input, classes },
    preparation: { ...preparation, notes: [...preparation.notes, note] },
    cautions: [],
  });
}
