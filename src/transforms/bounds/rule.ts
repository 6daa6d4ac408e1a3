import type { ValueFacts } from '../../onnx/facts.ts';
import type { Attributes, Node } from '../../onnx/graph.ts';
import type { NodeCall } from '../../onnx/nodeCall.ts';
import type { Tensor } from '../../onnx/tensor.ts';
import type { Interval } from './interval.ts';

/*
 * One operator's part in bounding what a network can say of the images in a box. There are two kinds.
 *
 * An affine operator, y = L(x) + b with constant L and b, carries a centre and a radius: c' = L(c) + b, r' = |L|(r); and
 * backwards a linear bound a . y becomes (L^T a) . x + a . b. Its adjoint L^T is its rule in the gradient table, so all that
 * is asked of it here is |L| and |b|: the same operator with the magnitudes of its parameters.
 *
 * Any other operator says which values it can have where its input lies in an interval, and between which two linear
 * functions of the input it lies there.
 */

/** What the bound of an operator sees of a node. */
export interface BoundCall extends Pick<NodeCall, 'node' | 'builder' | 'ops' | 'add'> {
  /** The intervals of the inputs; undefined for constants and for inputs that are left out. */
  readonly x: readonly (Interval | undefined)[];
  readonly facts: (name: string) => ValueFacts;
  readonly dims: (name: string) => readonly number[];
}

/** A node with the magnitudes of another one's parameters; its data inputs are those of the original. */
export interface Magnitude {
  readonly op?: string;
  readonly attributes?: Attributes;
  /** By position: what takes the place of a constant input. */
  readonly parameters?: Readonly<Record<number, (constant: Tensor<'float32'>) => Tensor<'float32'>>>;
  /** Constant inputs that are added, not multiplied with: they are multiplied by a share when only that share is wanted. */
  readonly added?: readonly number[];
}

export interface AffineAnswer {
  readonly kind: 'affine';
  readonly magnitude: (node: Node, facts: (name: string) => ValueFacts) => Magnitude;
  readonly roundings: (call: BoundCall) => Roundings;
  readonly refuses?: Refusal;
}

/** How many roundings go into one element: of the output, and of the input where the adjoint makes it. */
export interface Roundings {
  readonly forward: number;
  readonly backward: number;
}

export interface NonlinearAnswer {
  readonly kind: 'nonlinear';
  readonly interval: (call: BoundCall) => Interval;
  readonly relax: (call: BoundCall, relaxing: Relaxing) => Relaxed;
  readonly refuses?: Refusal;
}

/** Why there is no bound for a node with these attributes or inputs; undefined where there is one. */
export type Refusal = (
  node: Node,
  facts: (name: string) => ValueFacts,
  isData: (name: string) => boolean,
) => string | undefined;

export type BoundAnswer = AffineAnswer | NonlinearAnswer | { readonly kind: 'forbidden'; readonly why: string };
export type BoundTable = Readonly<Record<string, BoundAnswer>>;

/** A linear lower bound on its way back through a nonlinear node: for each image r bounds, [n, r, ...]. */
export interface Relaxing {
  /** max(a, 0) and min(a, 0) of the coefficients a of the node's output, [n, r, ...]. */
  readonly positive: string;
  readonly negative: string;
  /** Something of each image, [n, ...], ready to be combined with coefficients: [n, 1, ...]. */
  readonly each: (value: string) => string;
  /** Back to [n, ...] from [n, 1, ...]. */
  readonly asRows: (value: string, dims: readonly number[]) => string;
  /** Numbers from 0 to 1 in a shape: the bound holds for any; by default `initial`, [n, ...]. Gives [n, 1, ...]. */
  readonly free: (hint: string, dims: readonly number[], initial: () => string) => string;
  /** Adds coefficients [n, r, ...] times values [n, 1, ...], summed, to the bound. */
  readonly offset: (coefficients: string, values: string, dims: readonly number[]) => void;
  /** What the node's gradient rule makes of coefficients of the output of a copy of it, which has a row for each bound. */
  readonly backThrough: (output: string, coefficients: string) => string;
}

/** Coefficients [n, r, ...] of the inputs that depend on the image, by position. */
export type Relaxed = Readonly<Record<number, string>>;
