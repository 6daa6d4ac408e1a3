import { createHash } from 'node:crypto';
import { expect, it } from 'vitest';
import { writeModel } from '../../src/onnx/writeModel.ts';
import { nodeRuntime } from '../../src/runtime/node.ts';
import { type ArchitectureName, architectures } from '../../src/training/architectures.ts';
import { adam } from '../../src/training/optimizers.ts';
import { makeTrainer } from '../../src/training/trainer.ts';

/**
 * Of the bytes of each network's training step, from before other things than classes were learned: the same graph gives the same
 * weights. Whoever changes the step on purpose puts the new ones here.
 */
const before: Readonly<Record<ArchitectureName, string>> = {
  a1: '7ee2cefd2b89dd07',
  a2: '7fc98427411ed19c',
  b: '240031bd935b416b',
  c: 'b6442e784579c334',
  d: 'ba2a4c6161583022',
};

it.each(Object.entries(before))('%s is trained by the graph that it was always trained by', async (name, expected) => {
  const model = architectures[name as ArchitectureName].build(3);
  const trainer = await makeTrainer(nodeRuntime({ threads: 1 }), model, { optimizer: adam() });
  await trainer.release();
  const bytes = writeModel(trainer.step.model);
  expect(createHash('sha256').update(bytes).digest('hex').slice(0, 16)).toBe(expected);
});
