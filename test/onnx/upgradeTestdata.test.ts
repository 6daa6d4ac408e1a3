import { existsSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { UnsupportedOpsetError } from '../../src/onnx/errors.ts';
import { upgradeModel } from '../../src/onnx/upgrade/upgradeModel.ts';
import { writeModel } from '../../src/onnx/writeModel.ts';
import { modelFolders, readStoredModel } from './operatorTests.ts';
import { allowedDifference, expectSame, factsOf, run } from './upgradeRun.ts';

const root = '/usr/share/libonnx-testdata/data';

/** Cases that are loaded, written and upgraded, but not run, and why. */
const notRun: readonly { readonly names: RegExp; readonly why: string }[] = [
  {
    names: /^test_(sequence_(insert|map)_|optional_|identity_(opt|sequence)$|loop1[36]_seq)/,
    why: 'an input is no tensor',
  },
  { names: /^test_if_(opt|seq)$/, why: 'the output is no tensor, which onnxruntime-node does not give' },
  { names: /^test_(adagrad|adam|momentum|nesterov_momentum|gradient_of)/, why: 'training: no kernel' },
  { names: /BFLOAT16/, why: 'onnxruntime-node has no bfloat16 tensors' },
  { names: /^test_bitshift_(left|right)_uint16$/, why: 'no kernel for 16 bits' },
  { names: /^test_(max|min)_u?int16$/, why: 'no kernel for 16 bits' },
  { names: /^test_pow_types_float32_uint/, why: 'no kernel for unsigned exponents' },
  { names: /^test_(gru|lstm|simple_rnn)_batchwise$/, why: 'no kernel for layout 1' },
  {
    names: /^test_strnorm(alizer_export|_model)_monday_(?!insensintive_upper_twodim$|empty_output$).*(lower|upper)$/,
    why: 'asks for a locale that few systems have',
  },
  {
    names: /^test_strnorm(alizer_export|_model)_monday_(insensintive_upper_twodim|empty_output)$/,
    why: 'asks for a locale that few systems have',
  },
];

const suites = ['node', 'simple', 'pytorch-converted', 'pytorch-operator'];
const folders = suites.flatMap((suite) => modelFolders(join(root, suite)));

describe.skipIf(!existsSync(root))("ONNX's own tests (needs the Debian package libonnx-testdata)", () => {
  it.each(folders.map((folder) => ({ name: basename(folder), folder })))('$name', async ({ name, folder }) => {
    const { bytes, model, feeds } = readStoredModel(folder);
    expect(Buffer.compare(writeModel(model), bytes)).toBe(0);

    const standard = model.graph.nodes.some(({ domain }) => domain === '');
    if (model.opset < 7 && standard) {
      expect(() => upgradeModel(model, new Map())).toThrow(UnsupportedOpsetError);
      return;
    }
    const upgraded = upgradeModel(model, new Map());
    expect(upgraded.opset).toBe(21);
    if (notRun.some(({ names }) => names.test(name))) return;

    const before = await run(model, feeds!);
    const tolerance = allowedDifference(model);
    expectSame(await run(upgraded, feeds!), before, tolerance);
    expectSame(await run(upgradeModel(model, await factsOf(model, feeds!)), feeds!), before, tolerance);
  });
});
