import { basename } from 'node:path';
import type { SlowNode } from './evaluate.ts';
import { modernized, whyOutOfScope } from './meaningSince.ts';
import { readCase, type TestdataCase, UnreadableCaseError } from './testdata.ts';

/** Cases whose expected output contradicts a definition or a runtime, or is random. */
const exceptions: Readonly<Record<string, string>> = {
  test_dynamicquantizelinear: 'a tie that float32 rounds the other way',
  test_dynamicquantizelinear_expanded: 'a tie that float32 rounds the other way',
  test_maxunpool_export_with_output_shape: 'counts indices in another shape than the output, ONNX Runtime does not',
  test_resize_downsample_scales_cubic_align_corners:
    'aligns to a fractional output length, ONNX Runtime to the whole one',
  test_resize_downsample_scales_linear_align_corners:
    'aligns to a fractional output length, ONNX Runtime to the whole one',
  test_resize_downsample_sizes_nearest_tf_half_pixel_for_nn: 'a coordinate mode that opset 13 removed',
  test_training_dropout: 'random',
  test_training_dropout_default: 'random',
  test_training_dropout_default_mask: 'random',
  test_training_dropout_mask: 'random',
};

export type ScopedCase = { readonly name: string } & (
  | { readonly kind: 'in scope'; readonly content: TestdataCase; readonly nodes: readonly SlowNode[] }
  | { readonly kind: 'out of scope'; readonly reason: string }
);

/** Reads a case of the test data, `nodes` in opset 21's form, or says why the slow operators cannot be asked about it. */
export function scopedCase(folder: string): ScopedCase {
  const name = basename(folder);
  const exception = exceptions[name];
  if (exception !== undefined) return { name, kind: 'out of scope', reason: exception };
  try {
    const content = readCase(folder);
    const reason = content.nodes.flatMap(({ op }) => whyOutOfScope(op, content.opset) ?? [])[0];
    if (reason !== undefined) return { name, kind: 'out of scope', reason };
    return { name, kind: 'in scope', content, nodes: modernized(content.nodes) };
  } catch (error) {
    if (error instanceof UnreadableCaseError) return { name, kind: 'out of scope', reason: error.reason };
    throw error;
  }
}
