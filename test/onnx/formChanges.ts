/** How an operator's form or meaning changed at an opset, and whether a node of the older form has to be rewritten. */
export interface FormChange {
  readonly op: string;
  readonly to: number;
  readonly answer: 'rewrite' | 'stays valid';
  readonly what: string;
}

const rewrite = (op: string, to: number, what: string): FormChange => ({ op, to, answer: 'rewrite', what });
const stays = (op: string, to: number, what: string): FormChange => ({ op, to, answer: 'stays valid', what });

const reductions = ['L1', 'L2', 'LogSum', 'LogSumExp', 'Max', 'Mean', 'Min', 'Prod', 'SumSquare'];

/** Every change of attributes, inputs or outputs of the standard operators after opset 7, up to 21. */
export const formChanges: readonly FormChange[] = [
  stays('ArgMax', 12, 'select_last_index, by default 0'),
  stays('ArgMin', 12, 'select_last_index, by default 0'),
  stays('AveragePool', 10, 'ceil_mode, by default 0'),
  stays('AveragePool', 19, 'dilations, by default 1'),
  rewrite('BatchNormalization', 9, 'spatial is gone'),
  rewrite('BatchNormalization', 14, 'training is said by an attribute, not by the number of outputs'),
  stays('Cast', 19, 'saturate concerns 8-bit floats only'),
  stays('CastLike', 19, 'saturate concerns 8-bit floats only'),
  rewrite('Clip', 11, 'min and max became inputs'),
  stays('Constant', 11, 'sparse values'),
  stays('Constant', 12, 'values of other types'),
  rewrite('DFT', 20, 'axis became an input with another default'),
  stays('DepthToSpace', 11, 'mode, by default as before'),
  stays('DequantizeLinear', 13, 'axis, unused for a scalar scale'),
  stays('DequantizeLinear', 21, 'block_size, by default none'),
  rewrite('Dropout', 12, 'ratio became an input'),
  stays('GRU', 14, 'layout, by default 0'),
  stays('GatherND', 12, 'batch_dims, by default 0'),
  stays('Gemm', 11, 'C may be left out'),
  rewrite('GridSample', 20, 'linear and cubic instead of bilinear and bicubic'),
  rewrite('GroupNormalization', 21, 'scale and bias have an element a channel'),
  rewrite('Hardmax', 13, 'axis is one dimension, by default the last'),
  stays('LSTM', 14, 'layout, by default 0'),
  rewrite('LogSoftmax', 13, 'axis is one dimension, by default the last'),
  stays('LpPool', 18, 'dilations and ceil_mode, by default as before'),
  stays('MaxPool', 8, 'indices, if asked for'),
  stays('MaxPool', 10, 'ceil_mode and dilations, by default as before'),
  stays('OptionalHasElement', 18, 'the input may be left out'),
  rewrite('Pad', 11, 'pads and value became inputs'),
  stays('Pad', 18, 'axes, by default all'),
  stays('QuantizeLinear', 13, 'axis, unused for a scalar scale'),
  stays('QuantizeLinear', 19, 'saturate concerns 8-bit floats only'),
  stays('QuantizeLinear', 21, 'block_size and output_dtype, by default none'),
  stays('RNN', 14, 'layout, by default 0'),
  ...reductions.map((name) => rewrite(`Reduce${name}`, 18, 'axes became an input')),
  rewrite('ReduceSum', 13, 'axes became an input'),
  stays('Reshape', 14, 'allowzero, by default 0'),
  rewrite('Resize', 11, 'coordinates and rounding are said, with other defaults'),
  rewrite('Resize', 13, 'inputs may be left out; tf_half_pixel_for_nn is gone'),
  stays('Resize', 18, 'antialias, axes, keep_aspect_ratio_policy, by default as before'),
  rewrite('RoiAlign', 16, 'coordinates shifted by half a pixel by default'),
  rewrite('Scan', 9, 'no batch any more'),
  rewrite('Scatter', 11, 'renamed ScatterElements'),
  stays('ScatterElements', 16, 'reduction, by default none'),
  stays('ScatterND', 16, 'reduction, by default none'),
  stays('Shape', 15, 'start and end, by default all'),
  rewrite('Slice', 10, 'starts, ends and axes became inputs'),
  rewrite('Softmax', 13, 'axis is one dimension, by default the last'),
  rewrite('Split', 13, 'split became an input'),
  rewrite('Split', 18, 'equal parts need num_outputs'),
  rewrite('Squeeze', 13, 'axes became an input'),
  rewrite('TopK', 10, 'k became an input'),
  stays('TopK', 11, 'largest and sorted, by default as before'),
  rewrite('Unsqueeze', 13, 'axes became an input'),
  rewrite('Upsample', 9, 'scales became an input'),
  rewrite('Upsample', 10, 'replaced by Resize'),
];
