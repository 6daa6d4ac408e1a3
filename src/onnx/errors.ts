import { KonkyoError } from '../konkyoError.ts';
import { describeNode, type Node } from './graph.ts';

/** The bytes are not a model that can be read. */
export class InvalidModelError extends KonkyoError {
  readonly tag = 'invalid-model';
}

/** A tensor's data lies in another file that was not given or is too short. */
export class ExternalDataError extends KonkyoError {
  readonly tag = 'external-data';
  readonly location: string;
  constructor(message: string, location: string, options?: ErrorOptions) {
    super(message, options);
    this.location = location;
  }
}

/** Something was asked for that the graph does not have. */
export class UnknownValueError extends KonkyoError {
  readonly tag = 'unknown-value';
  readonly value: string;
  constructor(value: string) {
    super(`The graph has no value named "${value}", or it was not there when the graph was probed.`);
    this.value = value;
  }
}

/** A number that would be written into a graph is NaN. */
export class NotANumberError extends KonkyoError {
  readonly tag = 'not-a-number';
  constructor(what: string) {
    super(
      `${what} is NaN: it comes of an attribute of the model that is NaN, or of a size that depends on the image. Use a method that needs no gradients, or export the model with fixed sizes.`,
    );
  }
}

/** The model's version of the standard operators is one that konkyo does not know. */
export class UnsupportedOpsetError extends KonkyoError {
  readonly tag = 'unsupported-opset';
  readonly opset: number;
  constructor(message: string, opset: number) {
    super(message);
    this.opset = opset;
  }
}

/** A node, or the model as a whole, has no equal form in the opset that konkyo works with. */
export class UpgradeError extends KonkyoError {
  readonly tag = 'upgrade';
  /** The node, as people know it; undefined where the model as a whole is meant. */
  readonly node: string | undefined;
  constructor(message: string, node?: Node) {
    super(message);
    this.node = node && describeNode(node);
  }
}
