// Two models on the same images, side by side: node compare.ts ONE.onnx OTHER.onnx IMAGE...
import { pathToFileURL } from 'node:url';
import { explainImages, explainSummary, integratedGradients, sumChannels } from 'konkyo';
import { rankCorrelation } from 'konkyo/faithfulness';
import { loadModelFile, nodeRuntime, openImageFiles } from 'konkyo/node';

export interface Compared {
  readonly image: string;
  /** What each model decides. */
  readonly decided: readonly [string, string];
  /** Rank correlation of their maps, -1 to 1: whether they look at the same pixels. */
  readonly likeness: number;
  /** How sure each is in the mean while the pixels it rests on are deleted: the lower, the better its map is. */
  readonly deletion: readonly [number, number];
}

/** The models take images of the same size. */
export async function compareModels(one: string, other: string, images: readonly string[]): Promise<Compared[]> {
  const [first, second] = [await explained(one, images), await explained(other, images)];
  return first.map((own, i) => {
    const its = second[i] ?? own;
    return {
      image: own.name,
      decided: [own.decided, its.decided],
      likeness: rankCorrelation(own.map, its.map),
      deletion: [own.deletion, its.deletion],
    };
  });
}

/** What a model decides of each image, and its map: a number for each pixel. */
async function explained(model: string, images: readonly string[]) {
  const classifier = await loadModelFile(model, { runtime: nodeRuntime() });
  try {
    const sources = await openImageFiles(images, classifier);
    const found = await explainImages(classifier, await Promise.all(sources.map((source) => source.read())), {
      methods: [integratedGradients()],
    });
    const { images: figures } = explainSummary(found, '');
    return found.images.map(({ explanation: { maps } }, i) => ({
      name: figures[i]?.name ?? '',
      decided: figures[i]?.predicted ?? '',
      map: sumChannels(maps[0]?.values.data ?? new Float32Array(), classifier.input),
      deletion: figures[i]?.methods[0]?.deletionArea ?? Number.NaN,
    }));
  } finally {
    await classifier.release();
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const [one = '', other = '', ...images] = process.argv.slice(2);
  console.table(await compareModels(one, other, images));
}
