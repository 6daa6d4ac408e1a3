/* Models as graphs: read, build, write and run them, add gradients and bounds. */

export type { ExplanationGraph, TargetSource } from './attribution/explanationGraph.ts';
export type { Facts, ValueFacts } from './onnx/facts.ts';
export type { Attribute, Graph, Model, Node, ValueInfo } from './onnx/graph.ts';
export { emptyGraph, GraphBuilder } from './onnx/graphBuilder.ts';
export { prune } from './onnx/prune.ts';
export { externalLocations, readModel } from './onnx/readModel.ts';
export { float32, int64, scalar, type Tensor, tensor } from './onnx/tensor.ts';
export { writeModel, writeModelWithExternalData } from './onnx/writeModel.ts';
export { type Probe, probe } from './runtime/probe.ts';
export type { OptimizationLevel, Session, SessionOptions, Values } from './runtime/runtime.ts';
export { addIntervals, boundTable } from './transforms/bounds/addIntervals.ts';
export { addLinearBound } from './transforms/bounds/addLinearBound.ts';
export { addGradients, type GradientRequest } from './transforms/gradient/gradient.ts';
export {
  type Call,
  elementwise,
  forbidden,
  type GradientTable,
  none,
  type Rule,
  rule,
  unary,
} from './transforms/gradient/rule.ts';
export { gradientTable } from './transforms/gradient/table.ts';
