import type { Classifier } from '../../model/classifier.ts';
import { rows, type Tensor } from '../../onnx/tensor.ts';
import {
  base64,
  type CertificateContent,
  type FileChoice,
  type Tree,
  writeCertificate,
} from '../../verifier/certificateFile.ts';
import { hashOfFloats } from '../../verifier/verify.ts';
import { type Proof, unproved } from './cases.ts';
import { reachOf } from './reach.ts';
import type { SufficientPixels } from './sufficient.ts';

/**
 * The certificate of a set of sufficient pixels as a file's text, for `verifyCertificate`.
 * @param image [1, ...]
 */
export async function certificateOf(
  classifier: Classifier,
  image: Tensor<'float32'>,
  { free, epsilon, decided, proofs, choice }: SufficientPixels,
): Promise<string> {
  const { data, dims } = rows(image, 0, 1);
  const { down, up, inputsOf } = reachOf(classifier, data, epsilon);
  const moving = new Set(free.flatMap((pixel) => inputsOf[pixel] ?? []));
  const end = (by: Float64Array) => base64(Float64Array.from(data, (x, i) => (moving.has(i) ? x + (by[i] ?? 0) : x)));
  const choices: FileChoice[] = choice ? [choice] : [];
  const tree = (proof: Proof): Tree => {
    if (proof.kind === 'cases')
      return { relu: proof.layer, unit: proof.unit, on: tree(proof.on), off: tree(proof.off) };
    if (!proof.choices) return {};
    const { slopes, multipliers } = proof.choices;
    const plain = (layers: readonly Float64Array[]) => layers.map((own) => [...own]);
    return { choice: choices.push({ slopes: plain(slopes), multipliers: plain(multipliers) }) - 1 };
  };
  const rivals = Array.from({ length: classifier.scores.width }, (_, i) => i).filter((i) => i !== decided);
  const content: Omit<CertificateContent, 'choices'> = {
    konkyoCertificate: 1,
    model: { sha256: classifier.sha256 },
    image: { sha256: await hashOfFloats(data), shape: [1, ...dims.slice(1)], values: base64(data) },
    box: { low: end(down), high: end(up) },
    kept: decided,
    proofs: rivals.map((rival) => ({
      rival,
      tree: choice ? { choice: 0 } : tree(proofs.find((own) => own.rival === rival)?.proof ?? unproved),
    })),
  };
  return writeCertificate({ ...content, choices });
}
