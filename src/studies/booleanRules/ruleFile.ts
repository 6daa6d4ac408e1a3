import * as v from 'valibot';
import { issueWords } from '../../issueWords.ts';
import { RuleFileError } from './errors.ts';
import type { RuleSet } from './extractRules.ts';
import { literalsOf, termOf, termText } from './term.ts';

/*
 * Rules as JSON, for `konkyo explain --rules` and for other programs: features count from 0, as in the text of the rules (in version 1 from 1).
 */

const whole = v.pipe(v.number(), v.integer(), v.minValue(0));
const finite = v.pipe(v.number(), v.finite());
const positive = v.pipe(whole, v.minValue(1));
const schema = v.object({
  konkyo: v.literal('rules'),
  version: v.literal(2),
  model: v.object({ file: v.string(), sha256: v.string() }),
  features: v.object({
    layer: v.string(),
    count: positive,
    scales: v.array(v.object({ low: finite, high: finite })),
  }),
  rules: v.array(
    v.object({ class: whole, label: v.string(), text: v.string(), on: v.array(whole), off: v.array(whole) }),
  ),
  figures: v.record(v.string(), v.nullable(v.number())),
  /** Small pictures of the features: bytes as base64. */
  pictures: v.array(
    v.object({
      feature: whole,
      width: positive,
      height: positive,
      channels: v.picklist([1, 3]),
      data: v.string(),
    }),
  ),
});

export type RuleFile = v.InferOutput<typeof schema>;
export type FeaturePicture = RuleFile['pictures'][number];

interface RuleFileParts {
  readonly model: RuleFile['model'];
  readonly rules: RuleSet;
  readonly labels: readonly string[];
  readonly figures: Readonly<Record<string, number | null>>;
  readonly pictures: readonly FeaturePicture[];
}

/** Rules as the text of `rules.json`, from which `readRuleFile` makes them again. */
export function writeRuleFile({ model, rules, labels, figures, pictures }: RuleFileParts): string {
  const { features, scales, terms } = rules;
  const file: RuleFile = {
    konkyo: 'rules',
    version: 2,
    model: { ...model },
    features: { layer: features, count: scales.length, scales: scales.map(({ low, high }) => ({ low, high })) },
    rules: terms.map((term, k) => {
      const numbers = (negated: boolean) =>
        literalsOf(term).flatMap((literal) => (literal.negated === negated ? [literal.variable] : []));
      return { class: k, label: labels[k] ?? String(k), text: termText(term), on: numbers(false), off: numbers(true) };
    }),
    figures: { ...figures },
    pictures: [...pictures],
  };
  return `${JSON.stringify(file, null, 1)}\n`;
}

/**
 * Reads the text of `writeRuleFile`.
 * @throws RuleFileError when the text is not rules of this version of konkyo.
 */
export function readRuleFile(text: string, where: string): { readonly file: RuleFile; readonly rules: RuleSet } {
  try {
    const file = fileIn(text);
    const { layer, count, scales } = file.features;
    if (scales.length !== count) throw new RangeError(`${scales.length} scales for ${count} features`);
    file.pictures.forEach((picture) => {
      checkPicture(picture, count);
    });
    const literals = (numbers: readonly number[], negated: boolean) =>
      numbers.map((number) => ({ variable: number, negated }));
    const terms = file.rules.map(({ on, off }) => termOf(count, [...literals(on, false), ...literals(off, true)]));
    file.rules.forEach(({ class: k, text: said }, i) => {
      const meant = termText(terms[i] ?? termOf(count, []));
      if (k !== i) throw new RangeError(`rule ${i} is of class ${k}`);
      if (said !== meant) throw new RangeError(`the rule of class ${k} says ${said}, but lists ${meant}`);
    });
    return { file, rules: { features: layer, scales, terms } };
  } catch (cause) {
    throw new RuleFileError(
      `${where} does not hold rules of this version of konkyo (${cause instanceof Error ? cause.message : cause}). Give the rules.json that konkyo rules MODEL --dataset NAME --out FOLDER writes into FOLDER.`,
      { cause },
    );
  }
}

/** @throws SyntaxError, RangeError */
function fileIn(text: string): RuleFile {
  const json: unknown = JSON.parse(text);
  if (v.is(v.object({ konkyo: v.literal('rules'), version: v.literal(1) }), json)) {
    throw new RangeError('an earlier version wrote them, which counted features from 1');
  }
  const result = v.safeParse(schema, json);
  if (result.success) return result.output;
  throw new RangeError(issueWords(result.issues[0]));
}

/** @throws RangeError */
function checkPicture({ feature, width, height, channels, data }: FeaturePicture, count: number): void {
  if (feature >= count) throw new RangeError(`a picture of feature ${feature}, of ${count}`);
  // Base64: four characters for three bytes.
  const bytes = (data.length / 4) * 3 - (data.endsWith('==') ? 2 : data.endsWith('=') ? 1 : 0);
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(data) || bytes !== width * height * channels) {
    throw new RangeError(`the picture of feature ${feature} is not ${height}x${width}x${channels} bytes`);
  }
}
