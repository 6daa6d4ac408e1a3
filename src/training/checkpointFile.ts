import * as v from 'valibot';
import type { NpyArray } from '../datasets/npyTypes.ts';
import { readNpz, writeNpz } from '../datasets/npz.ts';
import { issueWords } from '../issueWords.ts';
import { float32, type Tensor } from '../onnx/tensor.ts';
import type { Best, Checkpoint } from './checkpoint.ts';
import { CheckpointError } from './errors.ts';
import type { TrainingState } from './trainer.ts';

/*
 * A checkpoint as an .npz file: weights and memory as arrays that numpy reads, and `konkyo` with everything else as JSON.
 */

const whole = v.pipe(v.number(), v.integer(), v.minValue(0));
const share = v.pipe(v.number(), v.minValue(0), v.maxValue(1));
const finite = v.pipe(v.number(), v.finite());
const word = v.pipe(v.number(), v.integer(), v.minValue(-(2 ** 31)), v.maxValue(2 ** 31 - 1));
const record = v.object({ epoch: whole, step: whole, loss: finite, accuracy: v.exactOptional(share) });
const schema = v.object({
  version: v.literal(1),
  step: whole,
  identity: v.object({
    seed: v.pipe(v.number(), v.integer()),
    batchSize: whole,
    images: whole,
    data: v.string(),
    optimizer: v.string(),
    weights: v.string(),
    content: v.exactOptional(v.string()),
    validation: v.exactOptional(v.string()),
    input: v.exactOptional(v.string()),
    start: v.exactOptional(v.string()),
    targets: v.exactOptional(v.string()),
    rates: v.exactOptional(v.array(v.string())),
  }),
  /** Four 32-bit words, see `RandomPosition`. */
  random: v.tuple([word, word, word, word]),
  batches: whole,
  lossSum: finite,
  history: v.array(record),
  best: v.exactOptional(v.object({ accuracy: share, epoch: whole, step: whole })),
});

/** The bytes of a checkpoint file. */
export function writeCheckpoint(checkpoint: Checkpoint): Uint8Array {
  const { state, best, ...rest } = checkpoint;
  const json = {
    version: 1,
    step: state.step,
    ...rest,
    ...(best ? { best: { accuracy: best.accuracy, epoch: best.epoch, step: best.state.step } } : {}),
  };
  const text = new TextEncoder().encode(JSON.stringify(json));
  return writeNpz(
    new Map([
      ['konkyo', { type: 'uint8', dims: [text.length], data: text } as const],
      ...stateArrays('now', state),
      ...(best ? stateArrays('best', best.state) : []),
    ]),
  );
}

/**
 * Reads a checkpoint of `writeCheckpoint`.
 * @throws FileFormatError when the bytes are damaged.
 * @throws CheckpointError when they are not a checkpoint of this version of konkyo.
 */
export function readCheckpoint(bytes: Uint8Array, where = 'checkpoint'): Checkpoint {
  const arrays = readNpz(bytes, where);
  for (const [name, { type }] of arrays) {
    if (name === 'konkyo' || (type === 'float32' && /^(now|best)\/(weights|memory)\//.test(name))) continue;
    throw new CheckpointError(
      `${where}: the array "${name}" (${type}) is none of a checkpoint. Use the file as it was saved.`,
    );
  }
  const { version: _, step, best, ...rest } = parseFields(arrays.get('konkyo'), where);
  const state = stateOf('now', step, arrays);
  if (!best) return { ...rest, state };
  const { accuracy, epoch } = best;
  return { ...rest, state, best: { accuracy, epoch, state: stateOf('best', best.step, arrays) } satisfies Best };
}

function parseFields(array: NpyArray | undefined, where: string) {
  const complain = (what: string) =>
    new CheckpointError(
      `${where}: not a checkpoint of this version of konkyo (${what}). Start the training anew without it.`,
    );
  if (array?.type !== 'uint8') throw complain('it has no array "konkyo" of bytes');
  const result = v.safeParse(schema, jsonIn(array.data, complain));
  if (result.success) return result.output;
  throw complain(issueWords(result.issues[0]));
}

function jsonIn(bytes: Uint8Array, complain: (what: string) => CheckpointError): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch (cause) {
    throw Object.assign(complain('its array "konkyo" is not JSON'), { cause });
  }
}

function stateArrays(which: string, { weights, memory }: TrainingState): (readonly [string, NpyArray])[] {
  const parts = [...Object.entries({ weights, memory })];
  return parts.flatMap(([kind, tensors]) =>
    Object.entries(tensors).map(
      ([name, { dims, data }]) => [`${which}/${kind}/${name}`, { type: 'float32', dims, data }] as const,
    ),
  );
}

function stateOf(which: string, step: number, arrays: ReadonlyMap<string, NpyArray>): TrainingState {
  const under = (prefix: string): Record<string, Tensor<'float32'>> =>
    Object.fromEntries(
      [...arrays].flatMap(([name, { type, dims, data }]) =>
        name.startsWith(prefix) && type === 'float32' ? [[name.slice(prefix.length), float32(dims, data)]] : [],
      ),
    );
  return { step, weights: under(`${which}/weights/`), memory: under(`${which}/memory/`) };
}
