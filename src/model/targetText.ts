import { InvalidTargetError } from './errors.ts';
import { isSlice } from './reading/slice.ts';

/** A box in pixels of the picture as it is in its file: from its left upper corner to its right lower one. */
interface WrittenBox {
  readonly x1: number;
  readonly y1: number;
  readonly x2: number;
  readonly y2: number;
}

/** What a target's text asks for. Whether the model has it is another question. */
export type TargetText =
  /** A class, one against another, `predicted`: see `parseTarget`. */
  | { readonly kind: 'class'; readonly text: string }
  | { readonly kind: 'label'; readonly label: string }
  | { readonly kind: 'value'; readonly column?: string }
  /** A class within a region: that of a mask's file, or where the model itself sees the class. */
  | { readonly kind: 'region'; readonly of: string; readonly mask?: string }
  | { readonly kind: 'box'; readonly box: WrittenBox; readonly of?: string }
  | { readonly kind: 'slice'; readonly text: string };

/**
 * Reads what a target asks for: a class index or name, `A-vs-B`, `predicted`, `label:NAME`, `value`, `value:COLUMN`, `class:NAME`,
 * `class:NAME@MASK.png`, `box:x1,y1,x2,y2[:CLASS]`, or `OUTPUT[0, 4:84, 7]`. A class that is called so comes first.
 * @throws InvalidTargetError
 */
export function readTargetText(text: string, classes: readonly string[] = []): TargetText {
  if (classes.includes(text)) return { kind: 'class', text };
  const [, form, rest = ''] = /^(label|value|class|box):(.*)$/s.exec(text) ?? [];
  switch (form) {
    case 'label':
      return { kind: 'label', label: given(rest, text, 'a label: label:NAME') };
    case 'value':
      return { kind: 'value', column: given(rest, text, 'a column: value:COLUMN') };
    case 'class': {
      const at = classes.includes(rest) ? -1 : rest.lastIndexOf('@');
      const [of, mask] = at < 0 ? [rest] : [rest.slice(0, at), rest.slice(at + 1)];
      const named = given(of, text, 'a class: class:NAME or class:NAME@MASK.png');
      return {
        kind: 'region',
        of: named,
        mask: mask === undefined ? undefined : given(mask, text, 'a mask after the @'),
      };
    }
    case 'box':
      return readBox(rest, text);
  }
  if (text === 'value') return { kind: 'value' };
  return isSlice(text) ? { kind: 'slice', text } : { kind: 'class', text };
}

/** A target as it is written. */
export function targetWritten(target: TargetText): string {
  switch (target.kind) {
    case 'class':
    case 'slice':
      return target.text;
    case 'label':
      return `label:${target.label}`;
    case 'value':
      return target.column === undefined ? 'value' : `value:${target.column}`;
    case 'region':
      return `class:${target.of}${target.mask === undefined ? '' : `@${target.mask}`}`;
    case 'box': {
      const { x1, y1, x2, y2 } = target.box;
      return `box:${x1},${y1},${x2},${y2}${target.of === undefined ? '' : `:${target.of}`}`;
    }
  }
}

function given(part: string, text: string, what: string): string {
  if (part !== '') return part;
  throw new InvalidTargetError(`"${text}" does not name ${what}.`);
}

function readBox(rest: string, text: string): TargetText {
  const at = rest.indexOf(':');
  const numbers = (at < 0 ? rest : rest.slice(0, at)).split(',').map((part) => part.trim());
  const [x1 = Number.NaN, y1 = Number.NaN, x2 = Number.NaN, y2 = Number.NaN] = numbers.map((part) =>
    part === '' ? Number.NaN : Number(part),
  );
  const corners = [x1, y1, x2, y2];
  if (numbers.length !== 4 || !corners.every(Number.isFinite)) {
    throw new InvalidTargetError(
      `"${text}" is no box: give four numbers, box:x1,y1,x2,y2, and after another colon a class if one is meant.`,
    );
  }
  if (x1 >= x2 || y1 >= y2) {
    throw new InvalidTargetError(
      `"${text}" has no area: the first corner is the left upper one, the second the right lower one.`,
    );
  }
  const of = at < 0 ? undefined : given(rest.slice(at + 1), text, 'a class after the second colon');
  return { kind: 'box', box: { x1, y1, x2, y2 }, of };
}
