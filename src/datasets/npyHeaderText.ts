/*
 * The text of a .npy header: a Python dictionary such as {'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }.
 * Read from left to right in one pass: a pattern that may try again at every place can take forever on a header made for it.
 */

interface HeaderFields {
  readonly descr: string;
  readonly fortranOrder: boolean;
  readonly dims: readonly number[];
}

/** The three fields, in any order; undefined where the text is anything else. */
export function parseHeaderText(text: string): HeaderFields | undefined {
  const reader = new Reader(text);
  let descr: string | undefined;
  let fortranOrder: boolean | undefined;
  let dims: readonly number[] | undefined;
  if (!reader.take('{')) return undefined;
  while (!reader.take('}')) {
    const key = reader.string();
    if (key === undefined || !reader.take(':')) return undefined;
    if (key === 'descr') descr = reader.string() ?? reader.list();
    else if (key === 'fortran_order') fortranOrder = reader.boolean();
    else if (key === 'shape') dims = reader.tuple();
    else return undefined;
    if (!reader.take(',') && !reader.sees('}')) return undefined;
  }
  if (descr === undefined || fortranOrder === undefined || dims === undefined || !reader.atEnd()) return undefined;
  return { descr, fortranOrder, dims };
}

/** Each method takes what it is named after, white space before it included, or nothing and says undefined. */
class Reader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  sees(word: string): boolean {
    while (/\s/.test(this.#text[this.#at] ?? '')) this.#at += 1;
    return this.#text.startsWith(word, this.#at);
  }

  take(word: string): boolean {
    if (!this.sees(word)) return false;
    this.#at += word.length;
    return true;
  }

  atEnd(): boolean {
    this.sees('');
    return this.#at === this.#text.length;
  }

  /** What stands between quotes; type descriptions have no escapes. */
  string(): string | undefined {
    const quote = ["'", '"'].find((each) => this.take(each));
    if (quote === undefined) return undefined;
    const end = this.#text.indexOf(quote, this.#at);
    if (end < 0) return undefined;
    const inside = this.#text.slice(this.#at, end);
    this.#at = end + 1;
    return inside;
  }

  /** A list as it is spelled, to its closing bracket: a structured type, which is refused by name. */
  list(): string | undefined {
    if (!this.sees('[')) return undefined;
    const start = this.#at;
    let depth = 0;
    do {
      if (this.take('[')) depth += 1;
      else if (this.take(']')) depth -= 1;
      else if (this.sees("'") || this.sees('"')) {
        if (this.string() === undefined) return undefined;
      } else if (this.atEnd()) return undefined;
      else this.#at += 1;
    } while (depth > 0);
    return this.#text.slice(start, this.#at);
  }

  boolean(): boolean | undefined {
    if (this.take('True')) return true;
    return this.take('False') ? false : undefined;
  }

  /** Whole numbers in parentheses; Python 2 wrote long ones as 3L. */
  tuple(): readonly number[] | undefined {
    if (!this.take('(')) return undefined;
    const numbers: number[] = [];
    while (!this.take(')')) {
      const number = this.#digits();
      if (number === undefined) return undefined;
      numbers.push(number);
      this.take('L');
      if (!this.take(',') && !this.sees(')')) return undefined;
    }
    return numbers;
  }

  #digits(): number | undefined {
    this.sees('');
    const start = this.#at;
    while (/[0-9]/.test(this.#text[this.#at] ?? '')) this.#at += 1;
    return this.#at === start ? undefined : Number(this.#text.slice(start, this.#at));
  }
}
