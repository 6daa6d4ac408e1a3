import type { Holding } from '../holding.ts';
import type { SetFigures } from '../judgeRules.ts';
import type { NetworkRules } from './rulesExperiment.ts';
import type { NetworkName } from './tuning.ts';

/** What the paper says. */
const stated = {
  a1: { network: 0.939, rules: 0.959, literals: 73 },
  a2: { network: 0.986, rules: 0.899, literals: 66 },
} as const;

/** One figure of one seed. */
export interface Figure {
  readonly id: string;
  readonly what: string;
  readonly paper: number | null;
  readonly value: number | null;
}

export function figureOf(id: string, what: string, value: number | null, paper: number | null = null): Figure {
  return { id, what, paper, value };
}

export function networkFigures(name: NetworkName, found: NetworkRules): Figure[] {
  const { figures, refined, graded, decided, seconds } = found;
  const { network, rules, literals } = stated[name];
  const title = name.toUpperCase();
  const of = (id: string, what: string, value: number | null, paper: number | null = null) =>
    figureOf(`${name}.${id}`, `${title}: ${what}`, value, paper);
  return [
    of('network.accuracy', 'test accuracy of the network', figures.networkAccuracy, network),
    of('boolean.accuracy', 'its Boolean functions as multilinear extensions', figures.booleanAccuracy ?? null),
    of('rules.accuracy', 'one conjunction a class in place of the output layer', figures.ruleAccuracy, rules),
    of('rules.literals', 'literals in the ten conjunctions', figures.literals, literals),
    of('rules.fidelity', 'share of test images they decide as the network does', figures.fidelity),
    ...holdingFigures(figures.holding, (id, what, value) => of(`rules.${id}`, what, value)),
    ...figures.sets.flatMap((set) => setFigures(set, of)),
    of('refined.accuracy', 'after fine-tuning the features through the rules', refined?.test ?? null),
    of('refined.literals', 'literals then', refined?.literals ?? null),
    of('graded.accuracy', 'graded literals, a weighted sum and no logic: accuracy', graded?.accuracy ?? null),
    of('graded.rounded.accuracy', 'their grades rounded to one decimal', graded?.rounded ?? null),
    of('graded.literals', 'grades that are then not 0', graded?.literals ?? null),
    of('holding.accuracy', 'rules and features tuned until the rules hold: accuracy', decided?.accuracy ?? null),
    of(
      'holding.oneRight',
      'share of test images in which exactly one of these holds and is right',
      decided?.holding.oneRight ?? null,
    ),
    of('holding.none', 'in which none holds', decided?.holding.none ?? null),
    of('holding.fidelity', 'share they decide as the network with these features does', decided?.fidelity ?? null),
    of('holding.fidelity.before', 'as the network did before', decided?.fidelityBefore ?? null),
    of(
      'holding.network.accuracy',
      'test accuracy of the network with these features',
      decided?.networkAccuracy ?? null,
    ),
    of('holding.literals', 'literals in these rules', decided?.literals ?? null),
    of('holding.longest', 'literals in the longest of them', decided?.longest ?? null),
    of('seconds', 'seconds to extract and choose', seconds),
  ];
}

export function hiddenFigures({ figures }: NetworkRules): Figure[] {
  return [
    figureOf('hidden.network.accuracy', 'A2 with a hidden layer of 20 units: test accuracy', figures.networkAccuracy),
    figureOf('hidden.rules.accuracy', 'its rules', figures.ruleAccuracy),
    figureOf('hidden.rules.literals', 'literals in them', figures.literals),
    figureOf('hidden.rules.fidelity', 'share of test images they decide as that network does', figures.fidelity),
  ];
}

type FigureMaker = (id: string, what: string, value: number | null) => Figure;

function holdingFigures({ oneRight, oneWrong, several, none, weakWinner }: Holding, of: FigureMaker): Figure[] {
  return [
    of('oneRight', 'share of test images in which exactly one rule holds at 0.5 and is right', oneRight),
    of('oneWrong', 'in which exactly one holds and is wrong', oneWrong),
    of('several', 'in which several hold', several),
    of('none', 'in which none holds', none),
    of('weakWinner', 'in which the largest product is below 0.5', weakWinner),
  ];
}

/** Of candidates other than those of the rules themselves. */
function setFigures({ from, ruleAccuracy, literals, holding }: SetFigures, of: FigureMaker): Figure[] {
  if (from === 'implicants') return [];
  const id = from.replace(' ', '.');
  const what = {
    'primes alone': 'a prime implicant a class, each chosen by itself',
    primes: 'prime implicants chosen together',
    any: 'any conjunctions',
  }[from];
  return [
    of(`${id}.accuracy`, `${what}: accuracy`, ruleAccuracy),
    of(`${id}.literals`, `${what}: literals`, literals),
    of(`${id}.oneRight`, `${what}: exactly one holds and is right`, holding.oneRight),
  ];
}
