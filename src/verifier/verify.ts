import { type Cases, caseKey, floatErrors, type Intervals, lowestOf, type Network, rangesOf } from './bound.ts';
import { type CertificateContent, fromBase64, readCertificate, sha256, type Tree } from './certificateFile.ts';
import { CertificateError, UnverifiableModelError } from './errors.ts';
import { layersOf } from './onnxLayers.ts';
import { down, type Range, up, zero } from './outward.ts';

/** What was proved anew. */
export interface VerifiedCertificate {
  /** The index of the class that is kept. */
  readonly kept: number;
  /** Wherever the input lies in the box, the class is ahead of every other by at least this, float32's rounding taken off: above 0. */
  readonly lowestMargin: number;
  /** How many elements the input has, how many of them may not move, and how far the others may at most, in the input's units. */
  readonly elements: number;
  readonly held: number;
  readonly farthest: number;
  readonly modelSha256: string;
  readonly imageSha256: string;
  /** How many bounds were proved. */
  readonly bounds: number;
}

/**
 * Proves a certificate anew, from the model's file and nothing else: for every input in the box the class is ahead of every other,
 * in exact arithmetic and in float32. Works in Node and in the browser, and shares no code with what found the proof.
 * @param text of the certificate's file; @param model bytes of the ONNX file
 * @param image the model's input that it should be about, where that is to be checked
 * @throws CertificateError saying what differs; UnverifiableModelError for operators that the verifier does not know.
 */
export async function verifyCertificate(
  text: string,
  model: Uint8Array,
  image?: Float32Array,
): Promise<VerifiedCertificate> {
  const certificate = await readCertificate(text);
  const modelSha256 = await sha256(model);
  if (modelSha256 !== certificate.model.sha256) {
    throw new CertificateError(
      'model',
      `The certificate is about another model: it names the SHA-256 ${certificate.model.sha256}, and this file has ${modelSha256}.`,
    );
  }
  const imageSha256 = await imageHash(certificate, image);
  const network = { layers: layersOf(model, certificate.image.shape), box: boxOf(certificate) };
  const { lowestMargin, bounds } = proved(network, certificate);
  const values = fromBase64(certificate.image.values, 4);
  const moves = network.box.map(({ low, high }, i) => Math.max(high - (values[i] ?? 0), (values[i] ?? 0) - low));
  return {
    kept: certificate.kept,
    lowestMargin,
    elements: moves.length,
    held: moves.filter((move) => move === 0).length,
    farthest: Math.max(...moves),
    modelSha256,
    imageSha256,
    bounds,
  };
}

/** The hash of the image in the certificate, once it is the one it says, and the one that is asked about. */
async function imageHash({ image }: CertificateContent, wanted: Float32Array | undefined): Promise<string> {
  const own = await hashOfFloats(fromBase64(image.values, 4));
  if (own !== image.sha256) {
    throw new CertificateError('image', `The certificate’s image has the SHA-256 ${own}, and it says ${image.sha256}.`);
  }
  const other = wanted && (await hashOfFloats(wanted));
  if (other !== undefined && other !== own) {
    throw new CertificateError(
      'image',
      `The certificate is about another image: its model input has the SHA-256 ${own}, and this one’s has ${other}.`,
    );
  }
  return own;
}

/** SHA-256 of numbers as float32, little-endian. */
export function hashOfFloats(values: ArrayLike<number>): Promise<string> {
  const view = new DataView(new ArrayBuffer(4 * values.length));
  for (let i = 0; i < values.length; i++) view.setFloat32(4 * i, values[i] ?? 0, true);
  return sha256(new Uint8Array(view.buffer));
}

/** The box, once the image lies in it. */
function boxOf({ image, box }: CertificateContent) {
  const [values, low, high] = [fromBase64(image.values, 4), fromBase64(box.low, 8), fromBase64(box.high, 8)];
  const size = image.shape.reduce((product, dim) => product * dim, 1);
  if ([values, low, high].some(({ length }) => length !== size)) {
    throw new CertificateError('file', 'The certificate’s image and box are not of the shape that it says.');
  }
  return [...values].map((x, i) => {
    const range = { low: low[i] ?? Number.NaN, high: high[i] ?? Number.NaN };
    if (range.low <= x && x <= range.high) return range;
    throw new CertificateError('proof', `The image lies outside of the box that is certified, at element ${i}.`);
  });
}

/** What is known of a network without cases, by one way of bounding what lies inside. */
function known(network: Network, how: Intervals) {
  const ranges = rangesOf(network, new Map(), how) ?? [];
  return { how, ranges, errors: floatErrors(network, ranges) };
}

/** @throws CertificateError where a class is not proved to be behind. */
function proved(network: Network, { kept, proofs, choices }: CertificateContent) {
  const byLayers = known(network, 'layers');
  let byLines: ReturnType<typeof known> | undefined;
  const classes = byLayers.ranges.at(-1)?.length ?? 0;
  if (classes < 2)
    throw new UnverifiableModelError('The model has one score: the verifier is for a choice between classes.');
  if (kept >= classes) throw new CertificateError('proof', `The model has no class ${kept}.`);
  let bounds = 0;

  /** The smallest margin over the cases of a tree; infinite where they cannot be. */
  function lowest(tree: Tree, a: readonly Range[], cases: Cases, { how, ranges }: ReturnType<typeof known>): number {
    if ('relu' in tree) {
      const key = caseKey(tree.relu, tree.unit);
      const of = (branch: Tree, sign: 1 | -1) =>
        lowest(branch, a, new Map([...cases, [key, sign]]), { how, ranges, errors: [] });
      return cases.has(key) ? Number.NEGATIVE_INFINITY : Math.min(of(tree.on, 1), of(tree.off, -1));
    }
    bounds += 1;
    const own = cases.size === 0 ? ranges : rangesOf(network, cases, how);
    if (!own) return Number.POSITIVE_INFINITY;
    const choice = tree.choice === undefined ? undefined : choices[tree.choice];
    return lowestOf(network, own, a, network.layers.length, cases, choice);
  }

  let lowestMargin = Number.POSITIVE_INFINITY;
  for (let rival = 0; rival < classes; rival++) {
    if (rival === kept) continue;
    const tree = proofs.find((proof) => proof.rival === rival)?.tree;
    if (!tree)
      throw new CertificateError('proof', `The certificate has no proof for class ${kept} against class ${rival}.`);
    const a = Array.from({ length: classes }, (_, j) => (j === kept ? one : j === rival ? minusOne : zero));
    const marginBy = (way: ReturnType<typeof known>) =>
      down(lowest(tree, a, new Map(), way) - up((way.errors[kept] ?? 0) + (way.errors[rival] ?? 0)));
    let margin = marginBy(byLayers);
    // NaN is not above 0 either.
    if (!(margin > 0)) {
      byLines ??= known(network, 'linear');
      margin = marginBy(byLines);
    }
    if (!(margin > 0)) {
      throw new CertificateError(
        'proof',
        `The proof does not hold: class ${kept} is ahead of class ${rival} by ${margin.toPrecision(4)} at least, which is not above 0.`,
      );
    }
    lowestMargin = Math.min(lowestMargin, margin);
  }
  return { lowestMargin, bounds };
}

const one = { low: 1, high: 1 };
const minusOne = { low: -1, high: -1 };
