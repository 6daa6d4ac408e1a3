import { isFloat } from '../onnx/elementType.ts';
import type { ValueInfo } from '../onnx/graph.ts';
import { InputDescriptionError } from './errors.ts';
import { describeInput, eachChannel, type InputDescription, type InputSettings, showDims } from './inputDescription.ts';
import type { InputKind } from './inputKind.ts';
import { type NumberKind, namedFeatures, partWords } from './numberDescription.ts';

/** Whatever unit numbers had, those that a model was trained on mostly have a mean near 0 and a standard deviation near 1. */
const usualRange = { low: -3, high: 3 };
/** Whole numbers that every type holds. */
const byteRange = { low: 0, high: 255 };

/** The description of an input of any kind, with four dimensions. @throws UnsuitableModelError, InputDescriptionError */
export function describeAs(kind: InputKind, input: ValueInfo, settings: InputSettings): InputDescription {
  return kind === 'image' ? describeInput(input, settings) : describeNumbers(kind, input, settings);
}

/**
 * The description of a signal, [n, c, 1, length] or (NHWC) [n, 1, length, c], or a table, [n, 1, 1, features]: model input is the
 * numbers as they are, or less a mean and divided by a std, one or one for each channel or feature.
 */
function describeNumbers(kind: NumberKind, input: ValueInfo, settings: InputSettings): InputDescription {
  const { dims = [] } = input;
  const layout = kind === 'table' ? 'NCHW' : (settings.layout ?? 'NCHW');
  const [channels, height, declared] = layout === 'NCHW' ? [dims[1], dims[2], dims[3]] : [dims[3], dims[1], dims[2]];
  const where = `The input "${input.name}" is [${showDims(dims)}]`;
  if (height !== 1 || (kind === 'table' && channels !== 1)) {
    const shape =
      kind === 'table' ? '[n, 1, 1, features]' : layout === 'NCHW' ? '[n, c, 1, length]' : '[n, 1, length, c]';
    throw new InputDescriptionError(`${where}, but a ${kind} of four dimensions is ${shape}.`);
  }
  if (typeof channels !== 'number' || channels < 1) {
    throw new InputDescriptionError(
      `${where}: the number of channels is open. Export the model with as many as it was trained with; if they come last, say --layout NHWC.`,
    );
  }
  const width = lengthOf(declared, settings, where);
  const count = kind === 'signal' ? channels : width;
  const { features = [], mean = 0, std = 1 } = settings;
  if (features.length > 0 && features.length !== count) {
    throw new InputDescriptionError(
      `There are ${features.length} names of ${partWords[kind]}s (${features.slice(0, 5).join(', ')}${features.length > 5 ? ', ...' : ''}), but the model takes ${count}. Give one name for each.`,
    );
  }
  const what = `${partWords[kind]}s`;
  return {
    layout,
    height: 1,
    width,
    channels,
    order: 'RGB',
    scale: 1,
    mean: eachChannel(0, channels, 'mean'),
    std: eachChannel(1, channels, 'std'),
    classes: settings.classes,
    numbers: {
      areNamed: features.length > 0,
      kind,
      features: namedFeatures(
        kind,
        features,
        eachChannel(mean, count, 'mean', what),
        eachChannel(std, count, 'std', what),
      ),
      ...(isFloat(input.type) ? usualRange : byteRange),
    },
  };
}

function lengthOf(declared: number | string | undefined, { size }: InputSettings, where: string): number {
  const given = typeof size === 'number' ? size : size?.[1];
  if (typeof declared === 'number' && declared > 0) {
    if (given === undefined || given === declared) return declared;
    throw new InputDescriptionError(`${where}, of length ${declared}, but the size given is ${given}.`);
  }
  if (given !== undefined) return given;
  throw new InputDescriptionError(
    `${where}: its length is open. Give the one it was trained with: --size LENGTH, or "size" in MODEL.konkyo.json.`,
  );
}
