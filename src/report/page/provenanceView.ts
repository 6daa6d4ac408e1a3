import type { Method } from '../../attribution/method.ts';
import type { Classifier } from '../../model/classifier.ts';
import type { InputDescription, SettingSources } from '../../model/inputDescription.ts';
import { type NumberDescription, partWords } from '../../model/numberDescription.ts';
import { isFloat } from '../../onnx/elementType.ts';
import { version } from '../../version.ts';
import type { Provenance, Row } from '../explanation/view.ts';
import { percent } from './number.ts';

interface ProvenanceOptions {
  /** Name of the model file. */
  readonly file: string;
  /** Whose settings are said. */
  readonly methods?: readonly Method[];
  /** Sentences about how the report came about, beside those about the model. */
  readonly notes?: readonly string[];
  /** The command line that repeats the report. */
  readonly command?: string;
}

/** How a report was made, from the classifier and the methods' settings. */
export function provenanceOf(classifier: Classifier, options: ProvenanceOptions): Provenance {
  const { model, preparation, runtime, sha256 } = classifier;
  const { file, methods = [], command, notes = [] } = options;
  const withSettings = methods
    .map((method) => ({ title: method.title, settings: method.settingsFor?.(classifier) ?? method.settings }))
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
    input: inputRows(classifier),
    settings: [
      ...withSettings.map(({ title, settings }) => ({
        label: title,
        value: Object.entries(settings)
          .map(([name, value]) => `${name} ${value}`)
          .join(', '),
      })),
      { label: 'Images at a time', value: String(classifier.batchSize) },
      {
        label: 'Rewritten model',
        value: `differs from the original by at most ${percent(preparation.difference)} of what a score varies by over probe images`,
      },
      ...[...preparation.notes, ...notes].map((note) => ({ label: 'Note', value: note })),
    ],
    environment: [
      { label: 'konkyo', value: version },
      { label: 'Runtime', value: runtime.name },
      { label: 'Threads', value: String(runtime.threads) },
    ],
    command,
  };
}

function parameterCount({ model }: Classifier): number {
  const weights = [...model.graph.initializers].filter(([name, t]) => isFloat(t.type) && !name.startsWith('konkyo/'));
  return weights.reduce((sum, [, t]) => sum + t.data.length, 0);
}

function inputRows({ input, inputName, inputSources }: Classifier): Row[] {
  const { layout, height, width, channels, order, scale, mean, std } = input;
  if (input.numbers) return numberRows(input, input.numbers, inputName, inputSources);
  const round = (value: number) => String(Number(value.toPrecision(4)));
  const inverse = 1 / scale;
  const factor =
    Number.isInteger(Math.round(inverse * 1e6) / 1e6) && scale !== 1 ? `1/${Math.round(inverse)}` : round(scale);
  return [
    { label: 'Input', value: inputName },
    {
      label: 'Size',
      value: `${height} x ${width}, ${channels === 1 ? 'grey' : `${channels} channels, ${order}`} (${layout})`,
    },
    {
      label: 'Pixels',
      value: `0 to 255, times ${factor}, minus ${mean.map(round).join(', ')}, divided by ${std.map(round).join(', ')}`,
    },
    { label: 'Said by', value: saidBy(inputSources) },
  ];
}

function numberRows(
  { layout, width }: InputDescription,
  { kind, features, low, high }: NumberDescription,
  inputName: string,
  sources: SettingSources,
): Row[] {
  const isPlain = features.every(({ mean, std }) => mean === 0 && std === 1);
  const { order: _order, scale: _scale, ...said } = sources;
  return [
    { label: 'Input', value: inputName },
    {
      label: 'Size',
      value:
        kind === 'table'
          ? `a table of ${features.length} features`
          : `a signal of ${features.length} channels, ${width} values each (channels ${layout === 'NCHW' ? 'first' : 'last'})`,
    },
    {
      label: 'Values',
      value: isPlain ? 'as they are' : `less the mean and divided by the std of each ${partWords[kind]}`,
    },
    { label: 'Compared with', value: isPlain ? '0' : `the mean of each ${partWords[kind]}` },
    {
      label: 'Range',
      value: `${low} to ${high} in model input, an assumption: of the numbers that the rewritten model is tried with, and of what noise is a share of`,
    },
    { label: 'Said by', value: saidBy(said) },
  ];
}

/** "default: order, std; model.konkyo.json: scale, mean": where each setting came from, those of one source together. */
function saidBy(sources: Partial<SettingSources>): string {
  const entries = Object.entries(sources);
  const settingsOf = (source: string) => entries.flatMap(([name, from]) => (from === source ? [name] : []));
  return [...new Set(Object.values(sources))].map((source) => `${source}: ${settingsOf(source).join(', ')}`).join('; ');
}
