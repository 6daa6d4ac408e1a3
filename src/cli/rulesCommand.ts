import { join } from 'node:path';
import type { Command } from 'commander';
import { type Classifier, className } from '../model/classifier.ts';
import { findDenseHead } from '../studies/booleanRules/denseHead.ts';
import { type CandidateSet, candidateSets, type Extraction } from '../studies/booleanRules/extractRules.ts';
import type { FoundRules } from '../studies/booleanRules/findRules.ts';
import type { RuleFigures, SetFigures } from '../studies/booleanRules/judgeRules.ts';
import { type RulesSummary, studyRules } from '../studies/booleanRules/study.ts';
import { termText } from '../studies/booleanRules/term.ts';
import { UsageError, wholeFlag } from './flags.ts';
import { addModelOptions, datasetFor } from './modelOptions.ts';
import { runStudy, type StudyFlags } from './studyCommand.ts';

interface Flags extends StudyFlags {
  readonly dataset: string;
  readonly features?: string;
  readonly maxLiterals?: string;
  readonly candidates?: string;
  readonly dnf?: boolean;
}

export function addRulesCommand(program: Command): void {
  const command = program
    .command('rules')
    .description('say in one Boolean rule a class what the dense layers at a classifier’s end decide')
    .argument('<model>', 'ONNX file of a classifier that ends in dense layers')
    .requiredOption('--dataset <name|folder|file>', 'images with classes: digits, mnist, a folder, an .npz file')
    .option('--features <name>', 'the layer whose values are the features (default: what the first dense layer reads)')
    .option('--max-literals <k>', 'literals in a rule at most (default: as many as there are features)')
    .option(
      '--candidates <set>',
      `what the rules are chosen among: ${candidateSets.map(flagOf).join(', ')} (default: implicants, where every class has a short one)`,
    )
    .optionsGroup('Results:')
    .option('--dnf', 'also print each class’s Boolean function in full: its prime implicants')
    .option('--out <folder>', 'where the page goes, and rules.json for "konkyo explain --rules"', 'report')
    .option('--json', 'print the result as JSON');
  addModelOptions(command).action(run);
}

async function run(modelPath: string, flags: Flags): Promise<void> {
  const { dataset, features, maxLiterals: most, candidates } = flags;
  const maxLiterals = most === undefined ? undefined : wholeFlag('max-literals', most, 1);
  const from = candidates === undefined ? undefined : setOf(candidates);
  await runStudy(modelPath, flags, {
    targets: [{ kind: 'rules', path: join(flags.out, 'rules.json') }],
    inputs: [dataset],
    suits: (classifier) => findDenseHead(classifier, features),
    study: async (classifier, options, progress) =>
      studyRules(classifier, await datasetFor(classifier, dataset, flags, progress), {
        ...options,
        features,
        maxLiterals,
        from,
        dnf: flags.dnf,
      }),
    json: (summary, [rules, page]) => ({ page, rulesFile: rules, ...summary }),
    words: ({ found, summary }, [rules, page], classifier) =>
      `${dnfWords(summary)}${inWords(classifier, found)}\nRules: ${rules}\nPage: ${page}\n`,
  });
}

function flagOf(set: CandidateSet): string {
  return set.replace(' ', '-');
}

function setOf(text: string): CandidateSet {
  const set = candidateSets.find((one) => flagOf(one) === text);
  if (set) return set;
  throw new UsageError(`--candidates must be one of ${candidateSets.map(flagOf).join(', ')}, got "${text}".`);
}

function dnfWords({ dnf, candidates }: RulesSummary): string {
  if (dnf === undefined) return '';
  if (dnf === null) {
    return `The Boolean functions are not listed in full${candidates.kind === 'any' ? `: ${candidates.reason}` : ', as they are of too many features'}.\n\n`;
  }
  return dnf
    .map(({ class: label, terms, complete }) => {
      const text = terms.map((term) => `(${term})`).join(' ∨ ') || 'false';
      return `${text} ⇔ ${label}   [${terms.length} prime implicants${complete ? '' : ', not all'}]\n\n`;
    })
    .join('');
}

function inWords(classifier: Classifier, { extraction, figures }: FoundRules): string {
  const { networkAccuracy, ruleAccuracy, fidelity, literals, images, holding } = figures;
  const rules = extraction.terms.map((term, k) => `${termText(term)} ⇒ ${className(classifier, k)}`);
  return `${rules.join('\n')}
${literals} literals; of ${images} test images the rules decide ${share(ruleAccuracy)} rightly, the network ${share(networkAccuracy)}; they agree on ${share(fidelity)}
Read as logic (each literal at least 0.5): exactly one rule holds and is right in ${share(holding.oneRight)}, and is wrong in ${share(holding.oneWrong)}; several hold in ${share(holding.several)}, none in ${share(holding.none)}. The largest product is below 0.5 in ${share(holding.weakWinner)}${holdMore(extraction, figures)}`;
}

/** The set of candidates whose rules hold most often, where these are of another. */
function holdMore({ from }: Extraction, { sets, holding }: RuleFigures): string {
  const best = sets.reduce<SetFigures | undefined>(
    (most, set) => (set.holding.oneRight > (most?.holding.oneRight ?? holding.oneRight) ? set : most),
    undefined,
  );
  if (!best || best.from === from) return '';
  return `\nRules that hold more often: --candidates ${flagOf(best.from)}, ${best.literals} literals, ${share(best.ruleAccuracy)} right, exactly one holds and is right in ${share(best.holding.oneRight)}`;
}

function share(value: number): string {
  return `${(100 * value).toFixed(2)}%`;
}
