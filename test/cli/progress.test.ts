import { PassThrough } from 'node:stream';
import { expect, it } from 'vitest';
import { progressTo } from '../../src/cli/progress.ts';
import { timeLeft } from '../../src/cli/timeLeft.ts';

/** A clock that is set by hand, in seconds. */
function clock() {
  let seconds = 100;
  return { now: () => 1000 * seconds, pass: (more: number) => (seconds += more) };
}

it('tells the time left once two seconds have passed and a tenth is done', () => {
  const { now, pass } = clock();
  const left = timeLeft(now);
  expect(left(0, 20)).toBeUndefined();
  pass(5);
  expect(left(1, 20)).toBeUndefined();
  pass(1);
  // Two of 20 took 6 s: the other 18 take 54.
  expect(left(2, 20)).toBe('about 54 s left');
  pass(4);
  expect(left(10, 20)).toBe('about 10 s left');
  expect(left(20, 20)).toBeUndefined();
  // The next piece of work begins anew.
  expect(left(0, 4)).toBeUndefined();
  pass(1.9);
  expect(left(2, 4)).toBeUndefined();
  pass(0.1);
  expect(left(2, 4)).toBe('about 2 s left');
  expect(left(0, 4)).toBeUndefined();
});

it('counts only what was done since it was first told, and tells minutes and hours as such', () => {
  const { now, pass } = clock();
  const left = timeLeft(now);
  left(5, 10);
  pass(60);
  expect(left(6, 10)).toBe('about 4 min left');
  pass(3 * 3600 - 60);
  expect(left(7, 10)).toBe('about 5 h left');
});

it('a bar shows it beside the count', () => {
  const { now, pass } = clock();
  let shown = '';
  const stream = Object.assign(new PassThrough(), { isTTY: true, columns: 100 }) as unknown as NodeJS.WriteStream;
  stream.on('data', (bytes: Buffer) => (shown += bytes.toString()));
  const progress = progressTo(stream, now);
  progress.update(0, 4, 'Occlusion');
  pass(4);
  progress.update(1, 4, 'Saliency');
  progress.finish();
  expect(shown).toContain('1/4, about 12 s left: Saliency');
});
