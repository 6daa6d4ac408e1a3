import type { Classifier, ExplainedImages, FoundImage, Language, Superpixels } from 'konkyo';
import {
  cellMap,
  className,
  explainedOf,
  freedomOf,
  type GridMap,
  heatmap,
  isEvidence,
  targetWords,
  wordsIn,
} from 'konkyo';
import { figuresOf, lampOfMap } from 'konkyo/faithfulness';
import type { Layered, MapFacts } from './protocol.ts';

/** Of the values' sizes this share is below full colour: a few outliers do not wash out the rest. As in the report. */
const fullColour = 0.995;

type Checked = FoundImage['explanation']['maps'][number];

/** The maps of an image as the page shows them. */
export function mapsOf(found: ExplainedImages, one: FoundImage, language: Language): readonly MapFacts[] {
  const classifier = explainedOf(found, one);
  return one.explanation.maps.flatMap(
    (map, i) => mapFacts(map, { classifier, patches: one.patches, language, key: `${i}-${map.method.id}` }) ?? [],
  );
}

interface Around {
  readonly classifier: Classifier;
  readonly patches: Superpixels | undefined;
  readonly language: Language;
  readonly key: string;
}

/** Nothing of a layer's map that has no positions: there is no picture of it. */
export function mapFacts(map: Checked, { classifier, patches, language, key }: Around): MapFacts | undefined {
  const words = wordsIn(language);
  const { method, target, notes = [], unchecked, secondsForAll: seconds } = map;
  const cells = cellMap(map, classifier.input);
  if (!cells) return undefined;
  const freedom = freedomOf(map);
  const { title, about } = words.methods.described(method.id, method);
  return {
    key,
    id: method.id,
    title,
    about,
    target: targetWords(classifier, target),
    ...(typeof target === 'object' ? { rival: className(classifier, target.against) } : {}),
    isEvidence: isEvidence(method),
    cells: layered(cells),
    ...(patches && isEvidence(method) ? { patches: layered(inPatches(cells, patches)) } : {}),
    lamp: lampOfMap(map),
    figures: figuresOf(map, words),
    ...{ unchecked, notes, seconds },
    settings: method.settingsFor?.(classifier) ?? method.settings,
    kept: freedom && {
      underNoise: freedom.measured.kept,
      underOthers: Math.min(...freedom.structured.map(({ kept }) => kept)),
    },
  };
}

/** A map's colours, to be laid over a picture. */
export function layered(cells: GridMap): Layered {
  const { width, height, data } = heatmap(cells, { ground: 'clear', scale: scaleOf(cells.values) });
  return { width, height, rgba: data };
}

function scaleOf(values: ArrayLike<number>): number {
  const sizes = Float32Array.from(values, Math.abs).filter(Number.isFinite).sort();
  return sizes[Math.floor(fullColour * (sizes.length - 1))] || (sizes.at(-1) ?? 0);
}

/** Each patch in the mean of its pixels; a coarser map is stretched over them. */
function inPatches({ width, height, values }: GridMap, patches: Superpixels): GridMap {
  const [sums, sizes] = [new Float64Array(patches.count), new Float64Array(patches.count)];
  for (const [pixel, patch] of patches.labels.entries()) {
    const row = Math.floor((Math.floor(pixel / patches.width) * height) / patches.height);
    const column = Math.floor(((pixel % patches.width) * width) / patches.width);
    sums[patch] = (sums[patch] ?? 0) + (values[row * width + column] ?? 0);
    sizes[patch] = (sizes[patch] ?? 0) + 1;
  }
  const means = sums.map((sum, patch) => sum / (sizes[patch] || 1));
  return {
    width: patches.width,
    height: patches.height,
    values: Float32Array.from(patches.labels, (patch) => means[patch] ?? 0),
  };
}
