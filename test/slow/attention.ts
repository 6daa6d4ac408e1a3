import { type Array64, at, broadcastAt, mapValues, type SlowOperator, SlowOperatorError, tabulate } from './array64.ts';
import { inputAt, numberOf } from './attributes.ts';

/** [batch, sequence, heads * size] as [batch, heads, sequence, size]; four axes are so already. */
function splitHeads(x: Array64, heads: number | undefined): Array64 {
  if (x.dims.length === 4) return x;
  if (heads === undefined) throw new SlowOperatorError('Attention: q_num_heads or kv_num_heads is missing');
  const [batch = 0, sequence = 0, hidden = 0] = x.dims;
  const size = hidden / heads;
  return tabulate([batch, heads, sequence, size], ([b = 0, h = 0, s = 0, k = 0]) => at(x, [b, s, h * size + k]));
}

function mergeHeads(x: Array64): Array64 {
  const [batch = 0, heads = 0, sequence = 0, size = 0] = x.dims;
  return tabulate([batch, sequence, heads * size], ([b = 0, s = 0, k = 0]) =>
    at(x, [b, Math.floor(k / size), s, k % size]),
  );
}

/** `past` and then `fresh` along the sequence axis. */
function joined(past: Array64 | undefined, fresh: Array64): Array64 {
  if (past === undefined) return fresh;
  const [batch = 0, heads = 0, sequence = 0, size = 0] = fresh.dims;
  const before = past.dims[2]!;
  return tabulate([batch, heads, before + sequence, size], ([b = 0, h = 0, s = 0, k = 0]) =>
    s < before ? at(past, [b, h, s, k]) : at(fresh, [b, h, s - before, k]),
  );
}

const softmaxLast = (x: Array64): Array64 =>
  tabulate(x.dims, (index, position) => {
    const size = x.dims.at(-1)!;
    const line = x.data.subarray(position - index.at(-1)!, position - index.at(-1)! + size);
    const top = Math.max(...line);
    return Math.exp(x.data[position]! - top) / line.reduce((sum, value) => sum + Math.exp(value - top), 0);
  });

/**
 * Attention (opset 23): softmax(softcap(Q K' scale) + mask) V, head by head; a key head serves several query heads
 * where there are fewer of them. Outputs: Y, present key, present value, and the scores at qk_matmul_output_mode.
 * The cap comes before the mask, as in ONNX Runtime: after it, it would make minus infinity finite.
 * `booleanMask` is told by its values: a float mask of zeros and ones only would be misread, so do not use one.
 */
const Attention: SlowOperator = (inputs, attributes) => {
  const q = splitHeads(inputAt(inputs, 0), numberOf(attributes, 'q_num_heads'));
  const kvHeads = numberOf(attributes, 'kv_num_heads');
  const key = joined(inputs[4], splitHeads(inputAt(inputs, 1), kvHeads));
  const value = joined(inputs[5], splitHeads(inputAt(inputs, 2), kvHeads));
  const mask = inputs[3];
  const past = inputs[4]?.dims[2] ?? 0;

  const [batch = 0, heads = 0, queries = 0, size = 0] = q.dims;
  const [keyHeads, keys, valueSize] = [key.dims[1]!, key.dims[2]!, value.dims[3]!];
  const keyHeadOf = (head: number): number => Math.floor(head / (heads / keyHeads));
  const scale = numberOf(attributes, 'scale') ?? 1 / Math.sqrt(size);
  const softcap = numberOf(attributes, 'softcap') ?? 0;
  const causal = numberOf(attributes, 'is_causal') === 1;
  const booleanMask = mask?.data.every((entry) => entry === 0 || entry === 1) ?? false;

  const raw = tabulate([batch, heads, queries, keys], ([b = 0, h = 0, i = 0, j = 0]) => {
    let sum = 0;
    for (let k = 0; k < size; k++) sum += at(q, [b, h, i, k]) * at(key, [b, keyHeadOf(h), j, k]);
    return sum * scale;
  });
  const capped = softcap === 0 ? raw : mapValues(raw, (score) => softcap * Math.tanh(score / softcap));
  const masked = tabulate(raw.dims, (index, position) => {
    const allowed = !causal || index[3]! <= index[2]! + past;
    const bias = mask === undefined ? 0 : broadcastAt(mask, index);
    if (!allowed || (booleanMask && bias === 0)) return Number.NEGATIVE_INFINITY;
    return capped.data[position]! + (booleanMask ? 0 : bias);
  });
  const weights = softmaxLast(masked);
  const y = tabulate([batch, heads, queries, valueSize], ([b = 0, h = 0, i = 0, k = 0]) => {
    let sum = 0;
    for (let j = 0; j < keys; j++) sum += at(weights, [b, h, i, j]) * at(value, [b, keyHeadOf(h), j, k]);
    return sum;
  });
  const shown = [raw, capped, masked, weights][numberOf(attributes, 'qk_matmul_output_mode') ?? 0] ?? raw;
  return [inputAt(inputs, 0).dims.length === 3 ? mergeHeads(y) : y, key, value, shown];
};

export const attentionOperators = { Attention } satisfies Record<string, SlowOperator>;
