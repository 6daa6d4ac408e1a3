import type { ValueInfo } from '../onnx/graph.ts';
import { type GraphBuilder, reservedPrefix } from '../onnx/graphBuilder.ts';
import { sizeOf } from '../onnx/tensor.ts';
import { TrainingDataError } from './errors.ts';
import type { ClassLoss, Loss, TargetLoss } from './losses.ts';

/** The loss of an output, with its gradient in the output's shape. */
interface AddedLoss {
  /** Graph input. */
  readonly labels: string;
  readonly targetDims?: readonly number[];
  readonly loss: string;
  readonly gradient: string;
}

/**
 * Adds a loss, with an input for the labels.
 * @param dims of the output for two images.
 * @throws TrainingDataError where the output is not what the loss is of.
 */
export function addLoss(builder: GraphBuilder, loss: Loss, output: string, dims: readonly number[]): AddedLoss {
  return loss.labels === 'targets'
    ? lossOfTargets(builder, loss, output, dims)
    : lossOfClasses(builder, loss, output, dims);
}

function lossOfClasses(builder: GraphBuilder, loss: ClassLoss, output: string, dims: readonly number[]): AddedLoss {
  const [batch, ...row] = dims;
  const classes = sizeOf(row);
  if (batch !== 2 || classes < 2) {
    throw new TrainingDataError(
      `The scores "${output}" have shape [${dims}] for two images, but a classifier gives each image a row with two or more scores.`,
    );
  }
  const scores = row.length === 1 ? output : builder.add('Flatten', [output]);
  const labels =
    loss.labels === 'classes'
      ? input(builder, 'labels', 'int64', ['N'])
      : input(builder, 'labels', 'float32', ['N', classes]);
  const made = loss.add(builder, { scores, labels, classes });
  const gradient =
    row.length === 1 ? made.gradient : builder.ops.Reshape(made.gradient, builder.add('Shape', [output]));
  return { labels, loss: made.loss, gradient };
}

function lossOfTargets(builder: GraphBuilder, loss: TargetLoss, output: string, dims: readonly number[]): AddedLoss {
  const [batch, ...each] = dims;
  if (batch !== 2) {
    throw new TrainingDataError(
      `The value "${output}" that is to be trained has shape [${dims}] for two images, but its first dimension is to count them. Name another value.`,
    );
  }
  const targetDims = loss.targetDims(each);
  const labels = input(builder, 'targets', 'float32', ['N', ...targetDims]);
  return { labels, targetDims, ...loss.add(builder, { output, targets: labels, dims: each }) };
}

/** A graph input of the training step. */
export function input(builder: GraphBuilder, name: string, type: 'float32' | 'int64', dims: ValueInfo['dims']): string {
  return builder.input(`${reservedPrefix}train/${name}`, type, dims);
}
