import type { Method } from '../../attribution/method.ts';
import type { Language } from '../../language/language.ts';
import { type Words, wordsIn } from '../../language/words.ts';
import type { Classifier } from '../../model/classifier.ts';
import type { InputDescription, SettingSources } from '../../model/inputDescription.ts';
import type { NumberDescription } from '../../model/numberDescription.ts';
import { isFloat } from '../../onnx/elementType.ts';
import { version } from '../../version.ts';
import type { Provenance, Row } from '../explanation/view.ts';

interface ProvenanceOptions {
  /** Name of the model file. */
  readonly file: string;
  /** Whose settings are said. */
  readonly methods?: readonly Method[];
  /** Sentences about how the report came about, beside those about the model. */
  readonly notes?: readonly string[];
  /** The command line that repeats the report. */
  readonly command?: string;
  /** When it was made, where that is wanted. */
  readonly generatedAt?: string;
  /** Who answers for it. */
  readonly author?: string;
  /** English by default. */
  readonly language?: Language;
}

/** How a report was made, from the classifier and the methods' settings. */
export function provenanceOf(classifier: Classifier, options: ProvenanceOptions): Provenance {
  const { model, preparation, runtime, sha256 } = classifier;
  const { file, methods = [], command, generatedAt, author, language = 'en', notes = [] } = options;
  const words = wordsIn(language);
  const { rows, difference } = words.provenance;
  const withSettings = methods

    .map((method) => ({
      title: words.methods.described(method.id, method).title,
      settings: method.settingsFor?.(classifier) ?? method.settings,
    }))
    .filter(({ settings }) => Object.keys(settings).length > 0);
  return {
    model: {
      file,
      sha256,
      producer: model.producer === '' ? undefined : model.producer,
      opset: preparation.opset,
      upgradedFrom: preparation.upgradedFrom,
      parameters: parameterCount(classifier),
    },
    input: inputRows(classifier, words),
    settings: [
      ...withSettings.map(({ title, settings }) => ({
        label: title,
        value: Object.entries(settings)
          .map(([name, value]) => `${name} ${value}`)
          .join(', '),
      })),
      { label: rows.batch, value: String(classifier.batchSize) },
      {
        label: rows.rewritten,
        value: difference(preparation.difference),
      },
      ...[...preparation.notes, ...notes].map((note) => ({ label: rows.note, value: note })),
    ],
    environment: [
      { label: 'konkyo', value: version },
      { label: rows.runtime, value: runtime.name },
      { label: rows.threads, value: String(runtime.threads) },
    ],
    ...{ command, generatedAt, author },
  };
}

function parameterCount({ model }: Classifier): number {
  const weights = [...model.graph.initializers].filter(([name, t]) => isFloat(t.type) && !name.startsWith('konkyo/'));
  return weights.reduce((sum, [, t]) => sum + t.data.length, 0);
}

function inputRows({ input, inputName, inputSources }: Classifier, words: Words): Row[] {
  const { layout, height, width, channels, order } = input;
  const { rows, ...text } = words.provenance;
  if (input.numbers) return numberRows(input, input.numbers, inputName, inputSources, words);
  const colours = channels === 1 ? text.grey : text.channels(channels, order);
  return [
    { label: rows.input, value: inputName },
    { label: rows.size, value: text.imageSize(height, width, colours, layout) },
    { label: rows.pixels, value: pixelWords(input, words) },
    { label: rows.saidBy, value: saidBy(inputSources, words) },
  ];
}

/** How pixels become model input. */
export function pixelWords({ scale, mean, std }: InputDescription, { provenance }: Words): string {
  const round = (value: number) => String(Number(value.toPrecision(4)));
  const inverse = 1 / scale;
  const isInverse = Number.isInteger(Math.round(inverse * 1e6) / 1e6) && scale !== 1;
  const factor = isInverse ? `1/${Math.round(inverse)}` : round(scale);
  return provenance.pixels(factor, mean.map(round).join(', '), std.map(round).join(', '));
}

function numberRows(
  { layout, width }: InputDescription,
  { kind, features, low, high }: NumberDescription,
  inputName: string,
  sources: SettingSources,
  words: Words,
): Row[] {
  const isPlain = features.every(({ mean, std }) => mean === 0 && std === 1);
  const { order: _order, scale: _scale, ...said } = sources;
  const { rows, ...text } = words.provenance;
  const size =
    kind === 'table' ? text.tableSize(features.length) : text.signalSize(features.length, width, layout === 'NCHW');
  return [
    { label: rows.input, value: inputName },
    { label: rows.size, value: size },
    { label: rows.values, value: isPlain ? text.asTheyAre : text.standardised(text.parts[kind]) },
    { label: rows.comparedWith, value: isPlain ? '0' : text.meanOfEach(text.parts[kind]) },
    { label: rows.range, value: text.range(low, high) },
    { label: rows.saidBy, value: saidBy(said, words) },
  ];
}

/** "default: order, std; model.konkyo.json: scale, mean": where each setting came from, those of one source together. */
function saidBy(sources: Partial<SettingSources>, { provenance }: Words): string {
  const entries = Object.entries(sources);
  const settingsOf = (source: string) => entries.flatMap(([name, from]) => (from === source ? [name] : []));
  return [...new Set(Object.values(sources))].map((source) => provenance.saidBy(source, settingsOf(source))).join('; ');
}
