import type { Classifier } from '../model/classifier.ts';
import { describeNode, qualifiedOp } from '../onnx/graph.ts';
import { nodesInWords } from '../onnx/nodesInWords.ts';
import { rows } from '../onnx/tensor.ts';
import { stepsWithoutSlope } from '../transforms/gradient/flow.ts';
import type { Attribution, Explainer } from './explainer.ts';

/** What a map is made of: of slopes, which steps do not have, of scores alone, or of changes that scores allow: 0 is none. */
type MadeOf = 'slopes' | 'scores' | 'changes';

/**
 * An explainer that says where its maps are not what they look like: values that are not numbers, 0 everywhere, or a sum that
 * there is nothing to compare with.
 */
export function withMapNotes(explainer: Explainer, classifier: Classifier, madeOf: MadeOf): Explainer {
  return {
    async attribute(images, targets) {
      return noted(await explainer.attribute(images, targets), classifier, madeOf);
    },
    release: () => explainer.release(),
  };
}

function noted(attribution: Attribution, classifier: Classifier, madeOf: MadeOf): Attribution {
  const { notes: ofAll = [], scores } = attribution;
  const own = Array.from(scores, (_, i) => notesOn(attribution, i, classifier, madeOf));
  if (own.every((notes) => notes.length === 0)) return attribution;
  const named = own.flatMap((notes, i) =>
    notes.map((note) => (own.length === 1 ? note : `Image ${i + 1} of ${own.length}: ${note}`)),
  );
  return {
    ...attribution,
    notes: [...ofAll, ...named],
    warnings: own,
    notesByImage: own.map((notes) => [...ofAll, ...notes]),
  };
}

function notesOn(
  { values, scores, completeness }: Attribution,
  image: number,
  classifier: Classifier,
  madeOf: MadeOf,
): string[] {
  const map = rows(values, image, image + 1).data;
  if (!Number.isFinite(scores[image] ?? 0)) {
    return ['The explained score of this image is not a finite number, and so the map says nothing.'];
  }
  const expected = completeness?.[image]?.expected ?? 0;
  const notes = Number.isFinite(expected)
    ? []
    : ['The score of what the image is compared with is not a finite number: choose another baseline.'];
  const without = map.reduce((count, value) => count + (Number.isFinite(value) ? 0 : 1), 0);
  if (without > 0) return [...notes, withoutNumber(without, map.length, madeOf)];
  const zero = madeOf !== 'changes' && map.every((value) => value === 0);
  return zero ? [...notes, zeroWords(classifier, madeOf)] : notes;
}

function withoutNumber(without: number, all: number, madeOf: MadeOf): string {
  const cause =
    madeOf === 'slopes'
      ? 'The slope of the score is infinite there or not defined (a root or a logarithm at 0, a division by 0).'
      : 'The model gives no finite number for some of the changed images.';
  return `${without} of the map's ${all} values are not finite numbers, and nor is its sum. ${cause}`;
}

const others = 'Methods that only ask for scores see more: occlusion, RISE or KernelSHAP';

function zeroWords({ model, facts, inputName, scores, gradientTable }: Classifier, madeOf: MadeOf): string {
  if (madeOf === 'scores') return 'This map is 0 everywhere: none of the changes to the image changed the score.';
  const steps = stepsWithoutSlope(model.graph, facts, inputName, scores.name, gradientTable);
  const named = steps.map((node) => ({ op: qualifiedOp(node), node: describeNode(node) }));
  return steps.length > 0
    ? `This map is 0 everywhere, whatever the image: the network's steps have no slope, and slopes are what this method is made of: ${nodesInWords(named)}. ${others}.`
    : `This map is 0 everywhere: the score has no slope that reaches the pixels of this image (units that are off, a saturated output, or a score that does not depend on the pixels), or the image is what it is compared with. ${others}.`;
}
