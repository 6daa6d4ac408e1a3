import type { Classifier } from '../../../model/classifier.ts';
import { concatRows, type Tensor } from '../../../onnx/tensor.ts';
import type { PaperProgress } from '../../paper.ts';
import { type BoundKind, type Certificate, certify } from '../certificate.ts';
import { type Challenge, type ChallengeOptions, challenge } from '../certificateChallenge.ts';

/** What is proved of an image, and what was found by looking for the opposite. */
export interface ChallengedProof {
  readonly byLines: Certificate;
  readonly byIntervals: Certificate;
  readonly challenge: Challenge;
}

/** Proofs of each image by one bound; null where nothing could be proved. */
export async function proofsOf(
  classifier: Classifier,
  images: readonly Tensor<'float32'>[],
  progress: PaperProgress,
  bound: BoundKind = 'linear',
) {
  progress.message(bound === 'linear' ? 'Proofs by lines' : 'Proofs by intervals');
  return await certify(classifier, concatRows(images), { bound });
}

/** Both proofs of each image, and the search for a counter-example to the one that says more; null where either is missing. */
export async function challengedProofs(
  classifier: Classifier,
  images: readonly Tensor<'float32'>[],
  { challenge: effort, progress }: { readonly challenge: ChallengeOptions; readonly progress: PaperProgress },
): Promise<(ChallengedProof | null)[]> {
  const byLines = await proofsOf(classifier, images, progress);
  const byIntervals = await proofsOf(classifier, images, progress, 'interval');
  const both = images.flatMap((image, i) => {
    const [lines, intervals] = [byLines[i], byIntervals[i]];
    return lines && intervals ? [{ i, image, byLines: lines, byIntervals: intervals }] : [];
  });
  if (both.length === 0) return images.map(() => null);
  progress.message('Counter-examples to the proofs');
  const [pictures, amplitudes] = [
    concatRows(both.map(({ image }) => image)),
    concatRows(both.map((proof) => proof.byLines.amplitude)),
  ];
  const challenges = await challenge(classifier, pictures, amplitudes, effort);
  const found = new Map(
    both.flatMap(({ i, byLines, byIntervals }, k) => {
      const challenged = challenges[k];
      return challenged ? [[i, { byLines, byIntervals, challenge: challenged }] as const] : [];
    }),
  );
  return images.map((_, i) => found.get(i) ?? null);
}
