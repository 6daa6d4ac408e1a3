import { describe, expect, it } from 'vitest';
import { readTargetText, targetWritten } from '../../src/model/targetText.ts';

describe('a target', () => {
  it.each([
    ['7', { kind: 'class', text: '7' }],
    ['cat-vs-dog', { kind: 'class', text: 'cat-vs-dog' }],
    ['predicted-vs-second', { kind: 'class', text: 'predicted-vs-second' }],
    ['label:cat', { kind: 'label', label: 'cat' }],
    ['value', { kind: 'value' }],
    ['value:age', { kind: 'value', column: 'age' }],
    ['class:dog', { kind: 'region', of: 'dog', mask: undefined }],
    ['class:dog@a folder/m.png', { kind: 'region', of: 'dog', mask: 'a folder/m.png' }],
    ['box:1,2,30.5,40', { kind: 'box', box: { x1: 1, y1: 2, x2: 30.5, y2: 40 }, of: undefined }],
    ['box:1,2,3,4:traffic light', { kind: 'box', box: { x1: 1, y1: 2, x2: 3, y2: 4 }, of: 'traffic light' }],
    ['out[0,4:84,7]', { kind: 'slice', text: 'out[0,4:84,7]' }],
    ['model/head:0[0]', { kind: 'slice', text: 'model/head:0[0]' }],
  ])('%s', (text, target) => {
    const read = readTargetText(text);
    expect(read).toEqual(target);
    expect(targetWritten(read)).toBe(text);
  });

  it('is a class where one is called so', () => {
    expect(readTargetText('value', ['value'])).toEqual({ kind: 'class', text: 'value' });
    expect(readTargetText('label:x', ['label:x'])).toEqual({ kind: 'class', text: 'label:x' });
    expect(readTargetText('class:a@b', ['a@b'])).toEqual({ kind: 'region', of: 'a@b', mask: undefined });
  });

  it.each([
    ['label:', 'does not name a label'],
    ['value:', 'does not name a column'],
    ['class:', 'does not name a class'],
    ['class:dog@', 'does not name a mask'],
    ['box:1,2,3', 'give four numbers'],
    ['box:1,2,3,x', 'give four numbers'],
    ['box:1,2,,4', 'give four numbers'],
    ['box:5,2,3,4', 'has no area'],
    ['box:1,2,3,4:', 'a class after the second colon'],
  ])('%s is refused', (text, message) => expect(() => readTargetText(text)).toThrow(message));
});
