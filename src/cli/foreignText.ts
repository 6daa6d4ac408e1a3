/*
 * Names come from models, class files, file names and other programs' messages. What a terminal would obey (escape
 * sequences, direction marks, carriage returns) is shown by its code instead.
 */

/** Control and format characters; of the latter the joiners stay, which several scripts and emoji are written with. */
const obeyed = /(?![\u200c\u200d])[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;

/** Text for people, safe on a terminal and in a log; its lines and tabs stay. */
export function safeText(text: string): string {
  return text.replace(obeyed, (character) => (character === '\n' || character === '\t' ? character : code(character)));
}

/** A name, or whatever must not begin a line of its own. */
export function safeName(name: string): string {
  return name.replace(obeyed, code);
}

/** JSON that is safe to print: the same data, for JSON may spell any character by its code. */
export function safeJson(value: unknown): string {
  return JSON.stringify(value, null, 2).replace(obeyed, (character) =>
    character === '\n' ? character : Array.from({ length: character.length }, (_, i) => unit(character, i)).join(''),
  );
}

function code(character: string): string {
  const point = character.codePointAt(0) ?? 0;
  const digits = point.toString(16);
  if (point < 0x100) return `\\x${digits.padStart(2, '0')}`;
  return point < 0x10000 ? `\\u${digits.padStart(4, '0')}` : `\\u{${digits}}`;
}

function unit(character: string, position: number): string {
  return `\\u${character.charCodeAt(position).toString(16).padStart(4, '0')}`;
}
