import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseChanges, parseMasks, parseSchedule, parseTolerance } from '../../src/cli/noncontributingFlags.ts';
import { readNpz } from '../../src/datasets/npz.ts';
import { writeModel } from '../../src/onnx/writeModel.ts';
import { architectures } from '../../src/training/architectures.ts';
import { compileKonkyo, type Konkyo } from './konkyo.ts';

describe('the flags of konkyo noncontributing', () => {
  it('take masks by name or layer by layer', () => {
    expect(parseMasks('paper')).toBe('paper');
    expect(parseMasks('conv1.relu=0.2,conv2=0')).toEqual([
      { layer: 'conv1.relu', threshold: 0.2 },
      { layer: 'conv2', threshold: 0 },
    ]);
    for (const wrong of ['conv1', 'conv1=', '=0.2', 'conv1=high'])
      expect(() => parseMasks(wrong)).toThrow(/--masks is/);
  });

  it('take a tolerance in score units or as a share of the margin', () => {
    expect(parseTolerance('1.5')).toEqual({ scores: 1.5 });
    expect(parseTolerance('30%')).toEqual({ ofMargin: 0.3 });
    expect(parseTolerance('order')).toBe('order');
    expect(() => parseTolerance('150%')).toThrow(/larger than the margin/);
    for (const wrong of ['', '0', '-1', 'half', '%']) expect(() => parseTolerance(wrong)).toThrow(/--tolerance/);
  });

  it('take kinds of changes', () => {
    expect(parseChanges('independent')).toEqual(['independent']);
    expect(parseChanges('blur, pasted')).toEqual(['blur', 'pasted']);
    expect(parseChanges('all')).toHaveLength(5);
    for (const wrong of ['', 'noise', 'blur,'])
      expect(() => parseChanges(wrong)).toThrow(/--changes is all, or some of/);
  });

  it('take a schedule by name, and other numbers for it', () => {
    expect(parseSchedule('fast')).toBeUndefined();
    expect(parseSchedule('paper')).toMatchObject({ iterations: 15_000, images: 100 });
    expect(parseSchedule('paper', 20)?.learningRate(19)).toBe(1e-4);
    expect(parseSchedule('fast', 60, 7)).toMatchObject({ iterations: 60, images: 7 });
    expect(() => parseSchedule('slow')).toThrow(/fast or paper/);
  });
});

describe('konkyo noncontributing', () => {
  let konkyo: Konkyo;
  const fast = ['--iterations', '20', '--noise-images', '10', '--draws', '50', '--threads', '1'];

  beforeAll(async () => {
    konkyo = await compileKonkyo();
    writeFileSync(join(konkyo.folder, 'c.onnx'), writeModel(architectures.c.build(1)));
  });
  afterAll(() => konkyo.remove());

  it('writes a page, arrays and JSON', async () => {
    const args = [
      'c.onnx',
      'digits:0',
      'digits:1',
      '--save',
      'w.npz',
      '--json',
      '--masks',
      'paper',
      '--changes',
      'independent,pasted',
      ...fast,
    ];
    const { status, stdout, stderr } = await konkyo.run(['noncontributing', ...args]);
    expect(stderr).not.toMatch(/error/i);
    expect(status).toBe(0);
    const { images } = JSON.parse(stdout);
    expect(images).toHaveLength(2);
    expect(images[0].measured).toMatchObject({ draws: 50 });
    expect(images[0].structured.map(({ kind }: { kind: string }) => kind)).toEqual([
      'blocks',
      'blur',
      'pasted',
      'mixed',
    ]);
    expect(images[0].attacked.lead).toBeLessThanOrEqual(images[0].attacked.margin);
    expect(images[0].masked.kept).toBeGreaterThan(0);
    const amplitudes = readNpz(readFileSync(join(konkyo.folder, 'w.npz')), 'w.npz').get('noncontributing')!;
    expect(amplitudes.dims).toEqual([2, 1, 28, 28]);
    expect(Math.max(...Array.from(amplitudes.data as Float32Array))).toBeLessThanOrEqual(1);
    const page = readFileSync(join(konkyo.folder, 'report', 'index.html'), 'utf8');
    expect(page).toContain('Which pixels can be noisy without changing the decision?');
    expect(page).toContain('Deep Taylor');
    expect(page).not.toContain('<script');
  });

  it.each([
    [2, ['--masks', 'conv1'], /--masks is none, paper, or layers/],
    [1, ['--tolerance', '1000'], /digits:0: The tolerance 1000 is larger than the margin/],
  ])('ends with %i for %j', async (expected, wrong, message) => {
    const { status, stderr } = await konkyo.run(['noncontributing', 'c.onnx', 'digits:0', ...wrong, ...fast]);
    expect(stderr).toMatch(message);
    expect(status).toBe(expected);
  });
});
