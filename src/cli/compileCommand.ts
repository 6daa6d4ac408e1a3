import type { Command } from 'commander';
import { checkExplainer } from '../compile/checkExplainer.ts';
import type { CompileTarget } from '../compile/classTarget.ts';
import { type CompiledExplainer, compileExplainer } from '../compile/compileExplainer.ts';
import { explainerKeys } from '../compile/metadata.ts';
import type { Classifier } from '../model/classifier.ts';
import { findLayer } from '../model/layer.ts';
import { isFixed, parseTarget } from '../model/target.ts';
import { writeModel } from '../onnx/writeModel.ts';
import { version } from '../version.ts';
import { UsageError } from './flags.ts';
import { stopIfInterrupted, stoppable } from './interruption.ts';
import { chosenMethods } from './methodFlags.ts';
import { addMethodOptions, addModelOptions, type ModelFlags, modelInputs, rowFrom } from './modelOptions.ts';
import { writeWhole } from './output.ts';
import { prepareTargets } from './outputTargets.ts';
import { progressTo } from './progress.ts';
import { printJson, printWords } from './streams.ts';

interface Flags extends ModelFlags, Readonly<Record<string, unknown>> {
  readonly method: string;
  readonly out: string;
  readonly target: string;
  readonly layer?: string;
  readonly check: boolean;
  readonly json?: boolean;
}

export function addCompileCommand(program: Command): void {
  const command = program
    .command('compile')
    .description('write a method as an ONNX model of its own: images and a class in, attributions and scores out')
    .argument('<model>', 'ONNX file')
    .requiredOption('--method <id>', 'the method (see "konkyo methods")')
    .requiredOption('--out <explainer.onnx>', 'the file to write')
    .option(
      '--target <class>',
      '"input": the model gets an input for it; "predicted"; or always the same class, or A-vs-B',
      'input',
    )
    .option('--layer <name>', 'the layer that layer methods look at (default: the last one with positions)')
    .option('--probabilities', 'explain the output as it is, not the scores before a final softmax or sigmoid')
    .option('--no-check', 'do not run the file and the method against each other')
    .option('--json', 'print the result as JSON');
  addMethodOptions(addModelOptions(command)).action(run);
}

async function run(modelPath: string, flags: Flags): Promise<void> {
  const [method, another] = chosenMethods(flags.method, flags);
  if (!method || another) throw new UsageError('konkyo compile writes one method: give --method one id.');
  await prepareTargets([{ kind: 'model', path: flags.out }], {
    inputs: modelInputs(modelPath, flags),
    force: flags.force,
  });
  const progress = stoppable(progressTo());
  const classifier = await rowFrom(modelPath, flags, ['value']);
  try {
    if (flags.layer !== undefined) findLayer(classifier, flags.layer);
    const target = targetOf(flags.target, classifier);
    const compiled = await compileExplainer(classifier, method, { target, version });
    const bytes = writeModel(compiled.model);
    if (flags.check) progress.message('Running the file and the method against each other');
    const difference = flags.check ? await checkExplainer(classifier, method, compiled, bytes, target) : undefined;
    stopIfInterrupted();
    const file = await writeWhole(flags.out, bytes);
    const summary = summaryOf(file, compiled, bytes.length, difference, classifier.preparation.notes);
    await (flags.json === true ? printJson(summary) : printWords(inWords(summary)));
  } finally {
    await classifier.release();
  }
}

/** @throws UsageError, InvalidTargetError */
function targetOf(flag: string, classifier: Classifier): CompileTarget {
  if (classifier.scores.tolerance !== undefined) {
    if (flag === 'input' || flag === 'value') return 1;
    throw new UsageError(
      `--target ${flag}: the model gives a value, and decides between no classes; leave --target out.`,
    );
  }
  if (flag === 'input' || flag === 'predicted') return flag;
  const choice = parseTarget(flag, classifier);
  if (isFixed(choice)) return choice;
  throw new UsageError(`--target ${flag} depends on the image: compile takes input, predicted, a class or A-vs-B.`);
}

interface Summary {
  readonly file: string;
  readonly bytes: number;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly metadata: Readonly<Record<string, string>>;
  /** From the method itself, as a share of its largest value; absent where it was not checked. */
  readonly difference?: number;
  /** What was done to the model, its input included. */
  readonly notes: readonly string[];
}

function summaryOf(
  file: string,
  { model: { graph, metadata } }: CompiledExplainer,
  bytes: number,
  difference: number | undefined,
  notes: readonly string[],
): Summary {
  const inWords = ({ name, type, dims = [] }: (typeof graph.inputs)[number]) =>
    `${name}: ${type}[${(dims ?? []).join(', ')}]`;
  return {
    file,
    bytes,
    inputs: graph.inputs.map(inWords),
    outputs: graph.outputs.map(inWords),
    metadata: Object.fromEntries(
      Object.values(explainerKeys).flatMap((key) => {
        const said = metadata.get(key);
        return said === undefined ? [] : [[key, said]];
      }),
    ),
    difference,
    notes,
  };
}

function inWords({ file, bytes, inputs, outputs, metadata, difference, notes }: Summary): string {
  return [
    `${file} (${(bytes / 1e6).toFixed(1)} MB)`,
    ...inputs.map((input) => `  in   ${input}`),
    ...outputs.map((output) => `  out  ${output}`),
    `  ${metadata[explainerKeys.method]} ${metadata[explainerKeys.options]}, explaining ${metadata[explainerKeys.target]}`,
    ...(metadata[explainerKeys.optimization] === undefined
      ? []
      : [
          `  Run it at optimisation level "${metadata[explainerKeys.optimization]}": optimised further, ONNX Runtime gives other scores.`,
        ]),
    ...(difference === undefined
      ? []
      : [
          `  Run on probe images it differs from the method itself by ${difference.toExponential(1)} of the largest value.`,
        ]),
    ...notes.map((note) => `  ${note}`),
    '',
  ].join('\n');
}
