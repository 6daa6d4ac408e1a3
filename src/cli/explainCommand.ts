import { basename } from 'node:path';
import type { Command } from 'commander';
import type { ExplainSummary } from '../app/explainSummary.ts';
import { writeReport } from '../app/writeReport.ts';
import type { Method } from '../attribution/method.ts';
import { type UnitTarget, unitTarget } from '../attribution/unitScores.ts';
import type { Classifier } from '../model/classifier.ts';
import { isBoxTarget } from '../model/detection/chooseBox.ts';
import { findLayer } from '../model/layer.ts';
import { parseTarget, targetFor } from '../model/target.ts';
import { readNamedText } from '../node/namedFile.ts';
import { reportFolder } from '../node/reportFolder.ts';
import { interruptedWords } from '../report/page/provenance.ts';
import { explainDetector } from './explainDetector.ts';
import { commandLine, UsageError } from './flags.ts';
import { openInputs } from './inputs.ts';
import { interruptedStatus, workOptions } from './interruption.ts';
import { chosenMethods } from './methodFlags.ts';
import { addMethodOptions, addModelOptions, classifierFrom, type ModelFlags, modelInputs } from './modelOptions.ts';
import { writeWhole } from './output.ts';
import { prepareTargets } from './outputTargets.ts';
import { type Progress, progressTo } from './progress.ts';
import { printJson, printWords } from './streams.ts';

interface Flags extends ModelFlags, Readonly<Record<string, unknown>> {
  readonly method?: string;
  readonly target: string;
  readonly task?: string;
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
    .option('--task <kind>', 'what the model does, where that is not to decide for a class: detection')
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
  const ofBoxes = flags.task === 'detection' || isBoxTarget(flags.target);
  const methods = chosenMethods(flags.method, flags, ofBoxes);
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
  if (ofBoxes) {
    try {
      await say(
        await explainDetector(modelPath, inputs, flags, reportOptions(flags, methods, progress)),
        flags,
        progress,
      );
    } finally {
      progress.finish();
    }
    return;
  }
  const classifier = await classifierFrom(modelPath, flags);
  try {
    const unit = unitFrom(flags, classifier);
    try {
      await explainAndWrite(modelPath, inputs, flags, { classifier, unit, methods, progress });
    } finally {
      await unit?.classifier.release();
    }
  } finally {
    progress.finish();
    await classifier.release();
  }
}

interface Loaded {
  readonly classifier: Classifier;
  readonly unit: UnitTarget | undefined;
  readonly methods: readonly Method[];
  readonly progress: Progress;
}

async function explainAndWrite(
  modelPath: string,
  inputs: string[],
  flags: Flags,
  { classifier, unit, methods, progress }: Loaded,
): Promise<void> {
  const { rules } = flags;
  const sources = await openInputs(inputs, classifier, flags);
  const choice = flags.target === 'predicted' ? undefined : parseTarget(flags.target, classifier);
  checkSizes(sources.length, methods.length, classifier, flags);
  const summary = await writeReport(classifier, sources, {
    ...reportOptions(flags, methods, progress),
    target: choice === undefined ? undefined : (prediction) => targetFor(choice, prediction),
    unit,
    rules: rules === undefined ? undefined : { name: rules, text: await readNamedText(rules, 'rules') },
    modelName: basename(modelPath),
  });
  await say(summary, flags, progress);
}

/** What is the same of a classifier's report and a detector's. */
function reportOptions({ checks, pictures, out, save }: Flags, methods: readonly Method[], progress: Progress) {
  return {
    ...workOptions(progress),
    methods,
    checks,
    command: commandLine(),
    pictures,
    output: {
      ...reportFolder(out, writeWhole),
      writeArrays: save === undefined ? undefined : (npz: Uint8Array) => writeWhole(save, npz),
    },
  };
}

async function say(summary: ExplainSummary, flags: Flags, progress: Progress): Promise<void> {
  for (const { name, saturated, tie } of summary.images) {
    if (tie) progress.message(`Note: ${name} is a tie of exactly equal scores.`);
    if (saturated) progress.message(`Note: of ${name} a probability of exactly 1 is explained, where gradients are 0.`);
  }
  await (flags.json === true ? printJson(summary) : printWords(inWords(summary)));
  if (summary.interrupted) {
    progress.message(interruptedWords(summary.interrupted));
    process.exitCode = interruptedStatus();
  }
}

/** A zip archive has no room for more than 4 GB; it is made in memory. */
const mostSavedBytes = 2 ** 31;
/** Maps that `--json` describes: it is printed as one text. */
const mostDescribedMaps = 500_000;

/** @throws UsageError before any work where a result would be too large to be written. */
function checkSizes(images: number, methods: number, { input }: Classifier, { save, json }: Flags): void {
  const maps = images * methods;
  const what = `(${images} images x ${methods} methods)`;
  const saved = 4 * maps * input.height * input.width * input.channels;
  if (save !== undefined && saved > mostSavedBytes) {
    throw new UsageError(
      `--save would hold ${(saved / 1e9).toFixed(1)} GB ${what}, and takes at most ${(mostSavedBytes / 1e9).toFixed(1)} GB: explain fewer images or methods at a time.`,
    );
  }
  if (json === true && maps > mostDescribedMaps) {
    throw new UsageError(
      `--json would describe ${maps} maps ${what}, and takes at most ${mostDescribedMaps}: explain fewer images or methods at a time.`,
    );
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

function inWords({ images, report }: ExplainSummary): string {
  const lines = images.map(({ name, boxes, predicted, probability, score, tie, saturated }) => {
    const sure = probability === undefined ? `score ${score.toPrecision(4)}` : `${(probability * 100).toFixed(1)}%`;
    const tied = tie
      ? `, a tie of exactly equal scores: ${tie.slice(0, 4).join(', ')}${tie.length > 4 ? ', ...' : ''}`
      : '';
    const flat = saturated ? ', a probability of exactly 1, where gradients are 0' : '';
    if (boxes) return `${name}: ${detectionWords(boxes)}`;
    return `${name}: ${predicted} (${sure}${tied}${flat})`;
  });
  return `${[...lines, ...uncheckedWords(images)].join('\n')}\nReport: ${report}\n`;
}

function detectionWords({ found, explained }: NonNullable<ExplainSummary['images'][number]['boxes']>): string {
  const kept = found.filter(({ notKept }) => !notKept).length;
  const own = found[explained];
  const of = own ? `${own.class} ${(own.probability * 100).toFixed(1)}% at ${own.box.join(',')}` : '';
  return `${own?.notKept ? 'asked for, not kept: ' : ''}${of} (${kept} ${kept === 1 ? 'box' : 'boxes'} found)`;
}

/** Maps whose faithfulness was not checked, by reason. */
function uncheckedWords(images: ExplainSummary['images']): string[] {
  const unchecked = images.flatMap(({ methods }) => methods.flatMap((map) => map.unchecked ?? []));
  return [...new Set(unchecked)].map((why) => {
    const count = unchecked.filter((other) => other === why).length;
    return `Not checked: ${count} ${count === 1 ? 'map' : 'maps'}. ${why}`;
  });
}
