import { describe, expect, it } from 'vitest';
import { wordsIn } from '../../src/language/words.ts';
import { lineDrawing } from '../../src/report/drawing/lineDrawing.ts';

describe('lineDrawing', () => {
  it('draws each line over the unit square, the own one last so that it lies on top', () => {
    const { text } = lineDrawing(
      [
        {
          label: 'this map',
          kind: 'own',
          points: [
            { x: 0, y: 1 },
            { x: 1, y: 0 },
          ],
        },
        {
          label: 'random <map>',
          kind: 'comparison',
          points: [
            { x: 0, y: 1 },
            { x: 0.5, y: 0.5 },
          ],
        },
      ],
      wordsIn('en'),
    );
    expect(text).toMatch(/class="comparison" points="0,0 48,20".*class="own" points="0,0 96,40"/s);
    expect(text).toContain('aria-label="Curves: this map and random &lt;map&gt;"');
  });
});
