import { describe, expect, it } from 'vitest';
import { compared, outputOf, timedIn } from '../../bench/against.ts';

describe('a benchmark against a peer', () => {
  it('reads the lines of a command, whatever else it says', async () => {
    const line = '{"model": "lenet", "method": "saliency", "seconds": 0.5, "threads": 2}';
    const output = await outputOf(`printf '%s\\n' 'loading' '${line}'`);
    expect(timedIn(output)).toEqual([{ model: 'lenet', method: 'saliency', seconds: 0.5 }]);
  });

  it.each(['{"model": "lenet", "seconds": 1}', '{"model": "lenet", "method": "saliency", "seconds": 0}', '{broken'])(
    'refuses a line that is no workload: %s',
    (line) => expect(() => timedIn(line)).toThrow(line.slice(0, 6)),
  );

  it('fails where the command fails', async () => {
    await expect(outputOf('exit 3')).rejects.toThrow('"exit 3" ended with code 3.');
  });

  it('compares the shortest of all rounds, of what both have measured', () => {
    const timed = (method: string, seconds: number) => ({ model: 'lenet', method, seconds });
    const ours = [timed('saliency', 2), timed('occlusion', 1), timed('saliency', 1)];
    const theirs = [timed('saliency', 3), timed('rise', 1), timed('saliency', 4)];
    expect(compared(ours, theirs)).toEqual([{ model: 'lenet', method: 'saliency', ours: 1, theirs: 3, ratio: 3 }]);
    expect(compared(ours, [{ ...timed('saliency', 3), model: 'other' }])).toEqual([]);
  });
});
