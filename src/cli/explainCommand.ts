import { basename } from 'node:path';
import type { Command } from 'commander';
import { type UnitTarget, unitTarget } from '../attribution/unitScores.ts';
import type { Classifier } from '../model/classifier.ts';
import type { Prediction } from '../model/decision.ts';
import { findLayer } from '../model/layer.ts';
import { parseTarget, type TargetChoice, targetFor } from '../model/target.ts';
import type { NamedImage } from '../report/explanation/explainedView.ts';
import { commandLine } from './commandLine.ts';
import { explainImages } from './explainImages.ts';
import { interruptedWords } from './explainJob.ts';
import type { ExplainSummary } from './explainSummary.ts';
import { rulesOfImages } from './firedRules.ts';
import { openInputs } from './inputs.ts';
import { interruptedStatus } from './interruption.ts';
import { chosenMethods } from './methodFlags.ts';
import { addMethodOptions, addModelOptions, classifierFrom, type ModelFlags, modelInputs } from './modelOptions.ts';
import { prepareTargets } from './outputTargets.ts';
import { progressTo } from './progress.ts';
import { printJson, printWords } from './streams.ts';
import { UsageError } from './usageError.ts';

interface Flags extends ModelFlags, Readonly<Record<string, unknown>> {
  readonly method?: string;
  readonly target: string;
  readonly layer?: string;
  readonly unit?: string;
  readonly checks: boolean;
  readonly out: string;
  readonly rules?: string;
  readonly save?: string;
  readonly pictures?: boolean;
  readonly json?: boolean;
}

export function addExplainCommand(program: Command): void {
  const command = program
    .command('explain')
    .description('explain what a model decides about images: a report, and arrays on request')
    .argument('<model>', 'ONNX file')
    .argument(
      '<input...>',
      'PNG, JPEG or WebP picture (or - for one on stdin), .npy or .npz array (model input as it is), or DATASET:INDEX, such as digits:7',
    )
    .option('--method <ids>', 'methods, separated by commas (default: all; see "konkyo methods")')
    .option('--target <class>', 'class index or name, "predicted", or A-vs-B', 'predicted')
    .option(
      '--layer <name>',
      'the layer that layer methods look at (default: the last one with positions), or that --unit is of',
    )
    .option(
      '--unit <n>',
      'explain a unit of --layer in place of a class: of a convolution, a channel over all positions',
    )
    .option(
      '--no-checks',
      'leave out deletion, insertion and random weights (62 runs of the model a map, and each map once more), and regions and filters',
    )
    .option('--probabilities', 'explain the output as it is, not the scores before a final softmax or sigmoid')
    .option('--out <folder>', 'where the report goes', 'report')
    .option('--rules <file>', 'rules.json of "konkyo rules": the report also says which rule fired')
    .option('--save <file.npz>', 'also write the maps as arrays, one a method')
    .option('--pictures', 'also write the maps as PNG files')
    .option('--json', 'print the result as JSON');
  addMethodOptions(addModelOptions(command)).action(run);
}

async function run(modelPath: string, inputs: string[], flags: Flags): Promise<void> {
  const progress = progressTo();
  const methods = chosenMethods(flags.method, flags);
  await prepareTargets(
    [
      { kind: 'report', path: flags.out },
      ...(flags.save === undefined ? [] : [{ kind: 'arrays', path: flags.save } as const]),
    ],
    {
      inputs: [
        ...modelInputs(modelPath, flags),
        ...inputs,
        flags.rules,
        textOf(flags.baselines),
        textOf(flags.segments),
      ],
      force: flags.force,
    },
  );
  const classifier = await classifierFrom(modelPath, flags);
  try {
    const unit = unitFrom(flags, classifier);
    const { rules } = flags;
    const options = flags.dataDir === undefined ? {} : { dataDir: flags.dataDir };
    const sources = await openInputs(inputs, classifier, options);
    const job = {
      classifier,
      modelName: basename(modelPath),
      sources,
      ...(rules === undefined
        ? {}
        : { fired: (shown: readonly NamedImage[]) => rulesOfImages(rules, classifier, shown) }),
      methods,
      ...(unit ? { unit } : {}),
      checks: flags.checks,
      ...(flags.target === 'predicted' ? {} : { target: targetsOf(parseTarget(flags.target, classifier)) }),
      out: flags.out,
      pictures: flags.pictures === true,
      save: flags.save,
      title: basename(modelPath),
      command: commandLine(),
      progress,
    };
    const summary = await explainImages(job, flags.json === true);
    for (const { name, saturated, tie } of summary.images) {
      if (tie) progress.message(`Note: ${name} is a tie of exactly equal scores.`);
      if (saturated)
        progress.message(`Note: of ${name} a probability of exactly 1 is explained, where gradients are 0.`);
    }
    await (flags.json === true ? printJson(summary) : printWords(inWords(summary)));
    if (summary.interrupted) {
      progress.message(interruptedWords(summary.interrupted));
      process.exitCode = interruptedStatus();
    }
  } finally {
    progress.finish();
    await classifier.release();
  }
}

function textOf(flag: unknown): string | undefined {
  return typeof flag === 'string' ? flag : undefined;
}

/**
 * What --layer and --unit mean for this model, checked before anything is computed.
 * @throws UsageError, LayerError
 */
function unitFrom({ layer, unit, target }: Flags, classifier: Classifier): UnitTarget | undefined {
  if (layer !== undefined) findLayer(classifier, layer);
  if (unit === undefined) return undefined;
  if (layer === undefined) throw new UsageError('--unit needs --layer NAME: of which layer is it a unit?');
  if (target !== 'predicted') throw new UsageError('--target names a class and --unit a unit: give one of them.');
  if (!/^\d+$/.test(unit)) throw new UsageError(`--unit takes a whole number, not "${unit}".`);
  return unitTarget(classifier, layer, Number(unit));
}

function targetsOf(choice: TargetChoice) {
  return (prediction: Prediction) => targetFor(choice, prediction);
}

function inWords({ images, report }: ExplainSummary): string {
  const lines = images.map(({ name, predicted, probability, score, tie, saturated }) => {
    const sure = probability === undefined ? `score ${score.toPrecision(4)}` : `${(probability * 100).toFixed(1)}%`;
    const tied = tie
      ? `, a tie of exactly equal scores: ${tie.slice(0, 4).join(', ')}${tie.length > 4 ? ', ...' : ''}`
      : '';
    const flat = saturated ? ', a probability of exactly 1, where gradients are 0' : '';
    return `${name}: ${predicted} (${sure}${tied}${flat})`;
  });
  return `${[...lines, ...uncheckedWords(images)].join('\n')}\nReport: ${report}\n`;
}

/** Maps that were not put to a test of truth, by reason. */
function uncheckedWords(images: ExplainSummary['images']): string[] {
  const unchecked = images.flatMap(({ methods }) => methods.flatMap((map) => map.unchecked ?? []));
  return [...new Set(unchecked)].map((why) => {
    const count = unchecked.filter((other) => other === why).length;
    return `Not checked: ${count} ${count === 1 ? 'map' : 'maps'}. ${why}`;
  });
}
