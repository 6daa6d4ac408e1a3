import { knownTruthFiles } from '../app/knownTruthFiles.ts';
import { loadDigits } from '../datasets/digits.ts';
import { knownTruth } from '../faithfulness/knownTruth/knownTruth.ts';
import { type MethodsFor, standardMethods } from '../faithfulness/knownTruth/methodsFor.ts';
import { type Standing, standingsOf } from '../faithfulness/knownTruth/standings.ts';
import { percent } from '../language/english/numbers.ts';
import { zeros } from '../onnx/tensor.ts';
import { interruptedWords } from '../report/page/provenance.ts';
import { commandLine, UsageError, wholeFlag } from './flags.ts';
import { interruptedStatus, workOptions } from './interruption.ts';
import { writeReportFiles } from './output.ts';
import { prepareTargets } from './outputTargets.ts';
import { progressTo } from './progress.ts';
import { type RuntimeFlags, runtimeFrom } from './runtimeFlags.ts';
import { printJson, printWords } from './streams.ts';

interface Flags extends RuntimeFlags {
  readonly dataset?: string;
  readonly check?: string;
  readonly masks?: string;
  readonly method?: string;
  readonly images: string;
  readonly seed: string;
  readonly force?: boolean;
  readonly out: string;
  readonly json?: boolean;
}

/** `konkyo evaluate --known-truth`. */
export async function runKnownTruth(modelPath: string | undefined, flags: Flags): Promise<void> {
  if (modelPath !== undefined) {
    throw new UsageError(
      `--known-truth trains networks of its own and takes no model: leave out ${modelPath}, or --known-truth.`,
    );
  }
  for (const name of ['dataset', 'check', 'masks'] as const) {
    if (flags[name] !== undefined) throw new UsageError(`--known-truth makes its own data: leave out --${name}.`);
  }
  const settings = { images: wholeFlag('images', flags.images, 1), seed: wholeFlag('seed', flags.seed, 0) };
  const methods = methodsOf(flags.method);
  const progress = progressTo();
  await prepareTargets([{ kind: 'report', path: flags.out }], { inputs: [], force: flags.force });
  const { signal, progress: tell } = workOptions(progress);
  let last = '';
  try {
    const truth = await knownTruth({
      ...settings,
      methods,
      signal,
      runtime: runtimeFrom(flags),
      digits: await loadDigits(),
      onProgress: ({ done, total, what }) => {
        if (what !== last) tell(done, total, what);
        last = what;
      },
    });
    const [page] = await writeReportFiles(flags.out, knownTruthFiles(truth, commandLine()));
    const standings = standingsOf(truth);
    await (flags.json === true
      ? printJson({ page, standings, ...truth })
      : printWords(`${standings.map(inWords).join('\n')}\nPage: ${page}\n`));
    if (truth.missing) {
      progress.message(interruptedWords(truth.missing));
      process.exitCode = interruptedStatus();
    }
  } finally {
    progress.finish();
  }
}

/** Those named, of the methods that a known truth has settings for. */
function methodsOf(ids: string | undefined): MethodsFor {
  if (ids === undefined) return standardMethods;
  const known = standardMethods({ side: 1, background: zeros('float32', [1, 1, 1, 1]) }).map(({ id }) => id);
  const asked = ids.split(',').map((id) => id.trim());
  const stray = asked.find((id) => !known.includes(id));
  if (stray !== undefined) {
    throw new UsageError(`--known-truth has no method "${stray}"; it has ${known.join(', ')}.`);
  }
  return (data) => standardMethods(data).filter(({ id }) => asked.includes(id));
}

function inWords({ title, above, networks, mass, exact, handSet }: Standing): string {
  const tag = mass === undefined ? '' : `, ${percent(mass)} of its mass on a planted tag`;
  return `${title}: above every baseline in ${above} of ${networks} networks${tag}, Shapley values met in ${exact} of ${handSet}.`;
}
