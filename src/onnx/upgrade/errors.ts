import { KonkyoError } from '../../konkyoError.ts';
import { describeNode, type Node } from '../graph.ts';

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
