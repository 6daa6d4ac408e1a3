import type { Classifier } from '../../model/classifier.ts';
import { rows, sizeOf, type Tensor } from '../../onnx/tensor.ts';
import { base64, type FileChoice, writeCertificate } from '../../verifier/certificateFile.ts';
import { hashOfFloats } from '../../verifier/verify.ts';
import type { Certificate } from './certificate.ts';
import { pixelRange } from './certifiedMargins.ts';

/**
 * The certificate of amplitudes as a file's text, for `verifyCertificate`: about the box that the certificate is about.
 * @param image [1, ...]
 */
export async function certifiedFile(
  classifier: Classifier,
  image: Tensor<'float32'>,
  { amplitude, decided, chosen, box }: Pick<Certificate, 'amplitude' | 'decided' | 'chosen' | 'box'>,
): Promise<string> {
  const { data, dims } = rows(image, 0, 1);
  const { low, high, range } = pixelRange(classifier.input);
  const ends = Array.from(data, (x, i) => {
    const share = amplitude.data[i] ?? 0;
    const radius = share * (range.data[i] ?? 0);
    if (box === 'as-drawn') return [x - radius, x + radius];
    // Of the whole range the ends are black and white themselves: the sum could miss them by its rounding.
    const [darkest, brightest] = [low.data[i] ?? 0, high.data[i] ?? 0];
    const [from, to] = share >= 1 ? [darkest, brightest] : [x - radius, x + radius];
    return [Math.min(x, Math.max(from, darkest)), Math.max(x, Math.min(to, brightest))];
  });
  const end = (which: 0 | 1) => base64(Float64Array.from(ends, (own) => own[which] ?? 0));
  const rivals = Array.from({ length: classifier.scores.width }, (_, i) => i).filter((i) => i !== decided);
  return writeCertificate({
    konkyoCertificate: 1,
    model: { sha256: classifier.sha256 },
    image: { sha256: await hashOfFloats(data), shape: [1, ...dims.slice(1)], values: base64(data) },
    box: { low: end(0), high: end(1) },
    kept: decided,
    choices: [choiceOf(chosen)],
    proofs: rivals.map((rival) => ({ rival, tree: { choice: 0 } })),
  });
}

/** What the search's bound gives each element of a window at least: where all shares are 0, they are equal. */
const leastShare = 1e-6;

/** From the pixels on, as a file has them: the search names them from the scores back. */
export function choiceOf(chosen: Certificate['chosen']): FileChoice {
  const of = (hint: string) => chosen.filter((one) => one.hint.startsWith(hint)).reverse();
  // As many digits as float32 has: the bound holds whatever they are, but is tuned to these.
  const short = (values: Iterable<number>) => [...values].map((value) => Number(value.toPrecision(8)));
  const heights = of('height above');
  return {
    slopes: of('slope below').map(({ data }) => short(data)),
    multipliers: [],
    pools: of('share below').map(({ dims, data }, k) => {
      // [channels, window, ...places]: the elements of a window lie apart.
      const [channels = 1, size = 1, ...places] = dims;
      const count = sizeOf(places);
      const shares = Array.from({ length: channels * count }, (_, o) => {
        const [channel, place] = [Math.floor(o / count), o % count];
        return short(
          Array.from({ length: size }, (_, n) => Math.max(leastShare, data[(channel * size + n) * count + place] ?? 0)),
        );
      });
      return { shares, heights: short(heights[k]?.data ?? []) };
    }),
  };
}
