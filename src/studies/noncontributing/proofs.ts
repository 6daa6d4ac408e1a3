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
  /** Amplitudes whose weighted mean is; undefined where no weights were given. */
  readonly weighted?: Certificate | null;
  readonly squares: CertifiedSquares;
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

/** Proves of each image what its pixels may do; after a signal, of those that are done. @throws as `certify` */
export async function proveImages(
  classifier: Classifier,
  images: readonly Tensor<'float32'>[],
  { per = 'pixel', weights, inner, progress, signal }: ProofSettings,
): Promise<readonly ProvedImage[]> {
  const all = concatRows(images);
  const options = { amplitudes: per, inner, progress: inTenths(progress, 'Proof', 1) } as const;
  if (!weights) {
    const plain = await certify(classifier, all, options);
    const squares = await squaresOf(classifier, all, { progress, signal });
    return squares.map((own, i) => ({ plain: plain[i] ?? null, squares: own }));
  }
  const elements = weightsOfElements(weights, classifier.input);
  const clipped = { ...options, box: 'clipped' } as const;
  const plain = await certify(classifier, all, clipped);
  const weighted = await certify(classifier, all, { ...clipped, weights: per === 'pixel' ? weights : elements });
  const squares = await squaresOf(classifier, all, { progress, signal });
  return squares.map((own, i) => {
    const unweighted = plain[i];
    return {
      plain: unweighted
        ? { ...unweighted, weightedAmplitude: weightedMean(unweighted.amplitude.data, elements) }
        : null,
      weighted: weighted[i] ?? null,
      squares: own,
    };
  });
}

function squaresOf(classifier: Classifier, images: Tensor<'float32'>, { progress, signal }: WorkOptions) {
  return certifySquares(classifier, images, { progress: inTenths(progress, 'Proved squares', 1), signal });
}
