import type { Subject, Subjects } from '../../src/app/subjects.ts';
import { subjectsOf } from '../../src/app/subjectsOf.ts';
import { type Explanation, explain } from '../../src/attribution/explain.ts';
import type { Method } from '../../src/attribution/method.ts';
import type { Mosaics, PlacedDigit } from '../../src/datasets/mosaic/mosaic.ts';
import { edgeMap, randomMap } from '../../src/faithfulness/baselineMaps.ts';
import { rankCorrelation } from '../../src/faithfulness/correlation.ts';
import { bootstrapMean, type MeanWithInterval } from '../../src/faithfulness/mean.ts';
import { pointingGame, relevanceMassAccuracy } from '../../src/faithfulness/metrics/localisation.ts';
import { type CellMap, cellMap, stretched } from '../../src/faithfulness/pixelMap.ts';
import type { LoadedModel } from '../../src/model/loadModel.ts';
import { concatRows, rows, type Tensor } from '../../src/onnx/tensor.ts';
import { trainingImages } from '../../src/training/trainingImages.ts';
import { boxesMask, type Question, type QuestionKind } from './questions.ts';

/** Where a method's evidence lies. */
export interface EvidenceFigures {
  readonly method: string;
  /** Maps with positive evidence; the others have no strongest pixel and no share. */
  readonly images: number;
  /** How often the strongest pixel is within a box that the target is about. */
  readonly pointing: MeanWithInterval;
  /** The share of the positive evidence within. */
  readonly mass: MeanWithInterval;
  /**
   * Of targets about several digits: the rank correlation, over all digits of all mosaics, of the evidence within a digit's box with
   * the digit.
   */
  readonly order?: number;
}

interface Answered {
  readonly question: Question;
  readonly digits: readonly PlacedDigit[];
  readonly image: Tensor<'float32'>;
}

interface Group {
  readonly subjects: Subjects;
  readonly subject: Subject;
  readonly asked: Answered[];
}

/**
 * Explains mosaics as a user would, by targets in text, and measures where the evidence lies. Of mosaics that the network answers
 * rightly the first `wanted` count. `loaded` is left open.
 */
export async function measureEvidence(
  loaded: LoadedModel,
  kind: QuestionKind,
  { images, digits }: Mosaics,
  methods: readonly Method[],
  wanted: number,
): Promise<readonly EvidenceFigures[]> {
  const { input } = loaded;
  const pictures = trainingImages(images, input, images.classNames.length).images;
  // Subjects release the model they are of, which here others go on using.
  const shared = { ...loaded, release: async () => {} };
  const groups = new Map<string, Group>();
  const answered: Answered[] = [];
  const maps = new Map<Answered, Explanation['maps']>();

  async function groupOf({ target, mask }: Question, image: Tensor<'float32'>) {
    const known = kind.isOfOneImage ? undefined : groups.get(target);
    const subjects =
      known?.subjects ?? (await subjectsOf(shared, { target, readMask: mask && (() => Promise.resolve(mask)) }));
    const { subject, decided } = await subjects.of({ name: 'mosaic', image });
    const group = known ?? { subjects, subject, asked: [] };
    if (!kind.isOfOneImage) groups.set(target, group);
    return { group, decided };
  }

  async function explainGroup({ subjects, subject, asked }: Group) {
    if (asked.length > 0) {
      const batch = concatRows(asked.map(({ image }) => image));
      const found = await explain(subject.classifier, batch, methods, { target: subject.target });
      asked.forEach((one, i) => {
        maps.set(one, found[i]?.maps ?? []);
      });
    }
    await subjects.done?.(subject);
    await subjects.release();
  }

  for (let i = 0; i < images.count && answered.length < wanted; i++) {
    const placed = digits[i] ?? [];
    const question = kind.ask(placed);
    if (!question) continue;
    const image = rows(pictures, i, i + 1);
    const { group, decided } = await groupOf(question, image);
    if (decided && question.isRight(decided)) {
      const one = { question, digits: placed, image };
      answered.push(one);
      group.asked.push(one);
    }
    if (kind.isOfOneImage) await explainGroup(group);
  }
  for (const group of groups.values()) await explainGroup(group);

  const ofMethod = (own: Method) =>
    figuresOf(own.title, answered, (one) => {
      const map = maps.get(one)?.find(({ method }) => method === own);
      return map && cellMap(map, input);
    });
  return [
    ...methods.map(ofMethod),
    figuresOf('Random map', answered, (_, i) => randomMap(input, i)),
    figuresOf('Edges (Sobel)', answered, ({ image }) => edgeMap(image.data, input)),
  ];
}

function figuresOf(
  method: string,
  answered: readonly Answered[],
  mapOf: (one: Answered, i: number) => CellMap | undefined,
): EvidenceFigures {
  const judged = answered.flatMap((one, i) => {
    const found = mapOf(one, i);
    if (!found?.values.some((value) => value > 0)) return [];
    const { about } = one.question;
    const mask = boxesMask(about);
    const map = stretched(found, mask);
    return [{ map, mask, ...one }];
  });
  const parts = judged.flatMap(({ map, digits }) =>
    digits.map((one) => ({ digit: one.digit, evidence: evidenceIn(map, one) })),
  );
  const hasSeveral = judged.some(({ question: { about } }) => about.length > 1);
  return {
    method,
    images: judged.length,
    pointing: bootstrapMean(
      judged.map(({ map, mask }) => Number(pointingGame(map, mask))),
      1,
    ),
    mass: bootstrapMean(
      judged.map(({ map, mask }) => relevanceMassAccuracy(map, mask, 'positive')),
      1,
    ),
    order: hasSeveral
      ? rankCorrelation(
          Float32Array.from(parts, ({ evidence }) => evidence),
          Float32Array.from(parts, ({ digit }) => digit),
        )
      : undefined,
  };
}

/** The sum of a map within a digit's box. */
function evidenceIn({ values }: CellMap, digit: PlacedDigit): number {
  const inside = boxesMask([digit]).values;
  return values.reduce((sum, value, i) => (inside[i] ? sum + value : sum), 0);
}
