import { mean } from '../../../faithfulness/mean.ts';
import type { Classifier } from '../../../model/classifier.ts';
import { toPixels } from '../../../model/pixels.ts';
import type { Tensor } from '../../../onnx/tensor.ts';
import type { Picture } from '../../../pictures/picture.ts';
import { scoped } from '../../../runtime/release.ts';
import type { PaperProgress } from '../../paper.ts';
import { type Certificate, compileCertifier } from '../certificate.ts';
import { type Challenge, type ChallengeOptions, challenge } from '../certificateChallenge.ts';
import type { CertifiedSquare } from '../certifiedSquares.ts';
import { weightedMean, weightsOfElements } from '../certifiedWeights.ts';
import { othersMaps } from '../othersMap.ts';
import { type ProvedImage, proveImages } from '../proofs.ts';

/** What is proved of one network about valid pixels: amplitudes for two means, a control, and squares. */
export interface NetworkProofs {
  readonly images: readonly ProvedTestImage[];
}

interface ProvedTestImage extends Required<Pick<ProvedImage, 'squares'>>, Omit<ProvedImage, 'squares'> {
  readonly name: string;
  readonly picture: Picture;
  /** The other images' mean map, as large as this image allows; null where a map or another image is missing. */
  readonly control: Pick<Certificate, 'meanAmplitude' | 'weightedAmplitude'> | null;
  /** What the search for a counter-example found to each claim that there is. */
  readonly challenges: {
    readonly plain?: Challenge;
    readonly weighted?: Challenge;
    readonly anywhere?: Challenge;
    readonly onObject?: Challenge;
  };
}

interface ProofExtent {
  /** What each pixel counts for, row by row. */
  readonly weights: Float32Array;
  readonly challenge: ChallengeOptions;
  readonly progress: PaperProgress;
}

/** Proves and attacks some images of a network. */
export async function networkProofs(
  classifier: Classifier,
  named: readonly { readonly name: string; readonly image: Tensor<'float32'> }[],
  { weights, challenge: effort, progress }: ProofExtent,
): Promise<NetworkProofs> {
  const images = named.map(({ image }) => image);
  progress.message('Proofs about valid pixels');
  const proved = await proveImages(classifier, images, { weights });
  progress.message('Proofs of other images’ maps');
  const controls = await controlsOf(classifier, images, proved, weights);
  progress.message('Counter-examples to the proofs about valid pixels');
  const attacked = async (image: Tensor<'float32'>, claim: Certificate | CertifiedSquare | null | undefined) =>
    claim ? (await challenge(classifier, image, claim.amplitude, { ...effort, box: claim.box }))[0] : undefined;
  const found: ProvedTestImage[] = [];
  for (const [i, own] of proved.entries()) {
    const { name = '', image } = named[i] ?? {};
    const { plain, weighted, squares } = own;
    if (!image || !squares) continue;
    const challenges = {
      plain: await attacked(image, plain),
      weighted: await attacked(image, weighted),
      anywhere: await attacked(image, squares.anywhere),
      onObject: await attacked(image, squares.onObject),
    };
    const picture = toPixels(image.data, classifier.input);
    found.push({ plain, weighted, squares, name, picture, control: controls.get(i) ?? null, challenges });
  }
  return { images: found };
}

async function controlsOf(
  classifier: Classifier,
  images: readonly Tensor<'float32'>[],
  proved: readonly ProvedImage[],
  weights: Float32Array,
): Promise<ReadonlyMap<number, ProvedTestImage['control']>> {
  const own = proved.flatMap(({ weighted }, i) => {
    const image = images[i];
    return image && weighted ? [{ i, image, map: weighted.amplitude.data }] : [];
  });
  const elements = weightsOfElements(weights, classifier.input);
  return scoped(async (keep) => {
    const certifier = await keep(compileCertifier(classifier, { box: 'clipped' }));
    const others = await othersMaps(
      certifier,
      own.map(({ image }) => image),
      own.map(({ map }) => map),
    );
    return new Map(
      others.map((map, k) => [
        own[k]?.i ?? 0,
        {
          meanAmplitude: mean(map),
          weightedAmplitude: weightedMean(map, elements),
        },
      ]),
    );
  });
}
