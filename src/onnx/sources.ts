import type { AttributeProto, TensorProto } from 'onnx-buf';
import type { Attribute } from './graph.ts';
import type { Tensor } from './tensor.ts';

/*
 * The messages that tensors and attributes were read from, to be written back as they came. An edited copy is another
 * record, has no message here, and is written anew.
 */

export const tensorSources = new WeakMap<Tensor, TensorProto>();
export const attributeSources = new WeakMap<Attribute, AttributeProto>();
