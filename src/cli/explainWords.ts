import type { ExplainSummary } from '../app/explainSummary.ts';
import { type Lamp, lampWords } from '../faithfulness/lamp.ts';
import type { Words } from '../language/words.ts';
import type { DecisionSummary } from '../model/task/decision.ts';

/** So many classes of a tie are named. */
const mostTied = 4;

/** What `konkyo explain` prints: a line an image, how many maps to believe, what was not checked, and where the report is. */
export function explainWords({ images, report }: ExplainSummary, words: Words): string {
  const { command: text } = words;
  const lines = images.map(({ name, predicted, tie = [], saturated = false, decision, ...sureness }) => {
    if (decision) return text.ofImage(name, decisionWords(decision, words));
    const named = tie.slice(0, mostTied);
    return text.ofImage(
      name,
      text.decided(predicted, text.sureness(sureness), named, tie.length - named.length, saturated),
    );
  });
  return [...lines, lampsInWords(images, words), ...uncheckedWords(images, words), text.report(report), ''].join('\n');
}

/** A decision that is not for one class, in a line: `cat 97%, dog 61%`. */
function decisionWords(decision: DecisionSummary, { command: text }: Words): string {
  switch (decision.kind) {
    case 'labels': {
      const parts = decision.labels.map(({ label, probability, isPresent }) => ({
        ...{ label, isPresent },
        share: probability,
      }));
      const present = parts.filter(({ isPresent }) => isPresent);
      return present.length > 0 ? text.labels(present) : text.noLabel(parts.slice(0, 1));
    }
    case 'value':
      return text.value(Number(decision.value.toPrecision(6)), Number(decision.tolerance.toPrecision(3)));
    case 'detection': {
      const { boxes, explained } = decision;
      const own = boxes[explained];
      const kept = boxes.filter(({ isNotKept }) => !isNotKept).length;
      if (!own) return text.boxesFound(kept);
      return text.box({ label: own.label, share: own.probability }, own.box, kept, !own.isNotKept);
    }
    case 'segmentation':
      return text.segmentation(decision.classes);
  }
}

function lampsInWords(images: ExplainSummary['images'], { command }: Words): string {
  const all = images.flatMap(({ methods }) => methods.map(({ lamp }) => lamp));
  const kinds: readonly Lamp[] = ['good', 'fair', 'poor', 'neutral', 'unchecked'];
  const counts = kinds.map((lamp) => ({ lamp, count: all.filter((word) => word === lampWords[lamp]).length }));
  return command.maps(
    all.length,
    counts.filter(({ count }) => count > 0),
  );
}

/** Tried ways from pixels to model input that are named in a note, of the classes that they decide for. */
const mostNamed = 3;

/**
 * One line where nobody said how pixels become model input: what was assumed, and what other usual ways decide of the first image whose
 * decision depends on it. Undefined where somebody said it.
 */
export function preprocessingNote({ images }: Pick<ExplainSummary, 'images'>, { command }: Words): string | undefined {
  const tried = images.filter(({ preprocessing }) => preprocessing !== undefined);
  const decisive = tried.filter(({ preprocessing }) => preprocessing?.isDecisive);
  const [shown = tried[0]] = decisive;
  const [used, ...others] = shown?.preprocessing?.tried ?? [];
  if (!shown || !used) return undefined;
  if (decisive.length === 0) return command.sameAnyway(used);
  const surest = others.filter(
    ({ decides }, i) => decides !== used.decides && others.findIndex((one) => one.decides === decides) === i,
  );
  return command.depends(used, surest.slice(0, mostNamed), decisive.length, tried.length, shown.name);
}

/** Maps whose faithfulness was not checked, by reason. */
function uncheckedWords(images: ExplainSummary['images'], { command }: Words): string[] {
  const unchecked = images.flatMap(({ methods }) => methods.flatMap((map) => map.unchecked ?? []));
  return [...new Set(unchecked)].map((why) =>
    command.unchecked(unchecked.filter((other) => other === why).length, why),
  );
}
