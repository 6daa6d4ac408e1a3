import type { Classifier } from '../../model/classifier.ts';
import { concatRows, type Tensor } from '../../onnx/tensor.ts';
import { inTenths, type WorkOptions } from '../../progress.ts';
import type { AmplitudePer } from './amplitude.ts';
import { type Certificate, certify } from './certificate.ts';
import type { BoundKind } from './certifiedMargins.ts';
import { type CertifiedSquares, certifySquares } from './certifiedSquares.ts';
import { weightedMean, weightsOfElements } from './certifiedWeights.ts';

/** What is proved of one image. */
export interface ProvedImage {
  /** Amplitudes whose mean is as large as could be proved; null where nothing could. */
  readonly plain: Certificate | null;
  /** Amplitudes whose weighted mean is; undefined where no weights were given, or a signal came before. */
  readonly weighted?: Certificate | null;
  /** Undefined where a signal came before. */
  readonly squares?: CertifiedSquares;
}

interface ProofSettings extends WorkOptions {
  readonly per?: AmplitudePer;
  /**
   * What each pixel counts for, row by row: `pixelDeviations`. With them all amplitudes are of valid pixels, the box 'clipped', so that they
   * can be compared; without them the box is 'as-drawn', as the noise of the maps is.
   */
  readonly weights?: Float32Array;
  /** How values between layers are bounded; see `CertifierOptions`. */
  readonly inner?: BoundKind;
}

/** Proves of each image what its pixels may do; after a signal, what is done. @throws as `certify` */
export async function proveImages(
  classifier: Classifier,
  images: readonly Tensor<'float32'>[],
  { per = 'pixel', weights, inner, progress, signal }: ProofSettings,
): Promise<readonly ProvedImage[]> {
  const all = concatRows(images);
  const box = weights ? 'clipped' : 'as-drawn';
  const options = { amplitudes: per, box, inner, progress: inTenths(progress, 'Proof', 1) } as const;
  const elements = weights && weightsOfElements(weights, classifier.input);
  const plain = await certify(classifier, all, options);
  const weighted =
    weights && !signal?.aborted
      ? await certify(classifier, all, { ...options, weights: per === 'pixel' ? weights : elements })
      : undefined;
  const squares = signal?.aborted ? [] : await squaresOf(classifier, all, { progress, signal });
  const withWeights = (one: Certificate): Certificate =>
    elements ? { ...one, weightedAmplitude: weightedMean(one.amplitude.data, elements) } : one;
  return images.map((_, i) => {
    const own = plain[i];
    return {
      plain: own ? withWeights(own) : null,
      weighted: weighted && (weighted[i] ?? null),
      squares: squares[i],
    };
  });
}

function squaresOf(classifier: Classifier, images: Tensor<'float32'>, { progress, signal }: WorkOptions) {
  return certifySquares(classifier, images, { progress: inTenths(progress, 'Proved squares', 1), signal });
}
