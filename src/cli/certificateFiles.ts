import { isKonkyoError } from '../konkyoError.ts';
import type { Classifier } from '../model/classifier.ts';
import type { NamedImage } from '../report/explanation/explainedView.ts';
import type { ReportFile } from '../report/page/page.ts';
import { certifiedFile } from '../studies/noncontributing/certifiedFile.ts';
import type { ProvedImage } from '../studies/noncontributing/proofs.ts';
import { verifyCertificate } from '../verifier/verify.ts';
import { say } from './streams.ts';

/** The proofs as certificates' files of the report, each once the verifier has accepted it; of the others it is said why not. */
export async function certificateFiles(
  classifier: Classifier,
  images: readonly NamedImage[],
  proofs: readonly ProvedImage[],
  model: Uint8Array,
): Promise<ReportFile[]> {
  const files: ReportFile[] = [];
  for (const [i, { plain, weighted, squares }] of proofs.entries()) {
    const named = images[i];
    const claims = [
      { of: '', proof: plain },
      { of: '-weighted', proof: weighted },
      { of: '-square', proof: squares?.anywhere },
      { of: '-square-on-object', proof: squares?.onObject },
    ];
    for (const { of, proof } of claims) {
      if (!named || !proof) continue;
      try {
        const contents = await certifiedFile(classifier, named.image, proof);
        await verifyCertificate(contents, model, named.image.data);
        files.push({ name: `certificates/${i + 1}${of}.json`, contents });
      } catch (error) {
        if (!isKonkyoError(error, 'certificate') && !isKonkyoError(error, 'unverifiable-model')) throw error;
        say(`${named.name}: no certificate ${i + 1}${of}.json is written. ${error.message}\n`);
      }
    }
  }
  return files;
}
