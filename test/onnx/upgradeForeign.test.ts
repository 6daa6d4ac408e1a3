import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readNpz } from '../../src/datasets/npz.ts';
import type { Model } from '../../src/onnx/graph.ts';
import { readModel } from '../../src/onnx/readModel.ts';
import { float32 } from '../../src/onnx/tensor.ts';
import { writeModel } from '../../src/onnx/writeModel.ts';
import type { Values } from '../../src/runtime/runtime.ts';
import { modelFolders, readStoredModel } from './operatorTests.ts';
import { allowedDifference, expectSame, run, upgradedBothWays } from './upgradeRun.ts';

const models = '../shared/models';
const references = '../shared/reference';

/** Not in the one form that protobuf writers agree on; written again it keeps its meaning, not its bytes. */
const writtenOtherwise = new Set(['squeezenet11-fp32-derived']);

async function expectSameInOpset21(model: Model, feeds: Values): Promise<void> {
  const before = await run(model, feeds);
  for (const upgraded of await upgradedBothWays(model, feeds)) {
    expect(upgraded.opset).toBe(21);
    expectSame(await run(upgraded, feeds), before, allowedDifference(model));
  }
}

describe.skipIf(!existsSync(models))('foreign classifiers say the same in opset 21 (needs ../shared/models)', () => {
  it.each(modelFolders(models).map((folder) => ({ name: basename(folder), folder })))(
    '$name',
    async ({ name, folder }) => {
      const { bytes, model, feeds } = readStoredModel(folder);
      if (!writtenOtherwise.has(name)) expect(Buffer.compare(writeModel(model), bytes)).toBe(0);
      await expectSameInOpset21(model, feeds!);
    },
  );
});

const files = existsSync(references) ? readdirSync(references).filter((file) => file.endsWith('.onnx')) : [];

describe.skipIf(files.length === 0)('reference networks say the same in opset 21 (needs ../shared/reference)', () => {
  it.each(files)('%s', async (file) => {
    const model = readModel(readFileSync(join(references, file)));
    const input = readNpz(readFileSync(join(references, file.replace('.onnx', '.npz')))).get('input')!;
    await expectSameInOpset21(model, {
      input: float32(input.dims, Float32Array.from(input.data as ArrayLike<number>)),
    });
  });
});
