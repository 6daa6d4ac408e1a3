import type { AttributeProto, TensorProto } from 'onnx-buf';
import type { Attribute } from './graph.ts';
import type { Tensor } from './tensor.ts';

/*
 * The messages that tensors and attributes were read from, to be written back as they came. An edited copy is another
 * record, has no message here, and is written anew.
 */

export const tensorSources = new WeakMap<Tensor, TensorProto>();
export const attributeSources = new WeakMap<Attribute, AttributeProto>();

/** A shallow copy of a protobuf message with other fields. A field that is absent in the file stays absent if its value does not change. */
export function withFields<M extends object>(message: M, fields: Partial<M>): M {
  const copy: M = Object.assign(Object.create(Object.getPrototypeOf(message)), message);
  for (const [name, value] of Object.entries(fields) as [keyof M, M[keyof M]][]) {
    if (copy[name] !== value) copy[name] = value;
  }
  return copy;
}
