import { isKonkyoError } from '../../konkyoError.ts';
import { type Classifier, className } from '../../model/classifier.ts';
import { toPixels } from '../../model/pixels.ts';
import { concatRows } from '../../onnx/tensor.ts';
import { inTenths } from '../../progress.ts';
import type { NamedImage } from '../../report/explanation/explainedView.ts';
import type { Row } from '../../report/explanation/view.ts';
import { type ReportFile, renderPage } from '../../report/page/page.ts';
import { provenanceOf } from '../../report/page/provenanceView.ts';
import { verifyCertificate } from '../../verifier/verify.ts';
import type { Study, StudyOptions } from '../study.ts';
import { certificateOf } from './certificate.ts';
import { boundCount } from './freePixels.ts';
import { sufficientPage } from './page/sufficientPage.ts';
import { type SufficientOptions, type SufficientPixels, sufficientPixels } from './sufficient.ts';

/** How sufficient pixels are sought. */
export interface SufficientStudyOptions extends StudyOptions {
  /** The bytes of the model's file: with them, a certificate of each image is written, once the verifier has accepted it. */
  readonly modelBytes?: Uint8Array;
  readonly settings: Pick<SufficientOptions, 'epsilon' | 'splitting' | 'orders'>;
  /** The settings in words, for the page. */
  readonly settingRows?: readonly Row[];
}

/** What `konkyo noncontributing --sufficient --json` prints. */
export interface SufficientSummary {
  readonly epsilon: number;
  readonly boundsAlone?: string;
  readonly images: readonly {
    readonly name: string;
    readonly decided: string;
    readonly margin: number;
    /** How many pixels are held, and which: y * width + x. */
    readonly size: number;
    readonly held: readonly number[];
    readonly open: number;
    readonly slack: number;
    readonly bounds: number;
    readonly order: string;
    readonly seconds: number;
    /** The certificate's file in the report's folder, or why there is none. */
    readonly certificate?: string;
    readonly noCertificate?: string;
  }[];
}

/** What `konkyo noncontributing --sufficient` does. @throws as `sufficientPixels` */
export async function studySufficient(
  classifier: Classifier,
  images: readonly NamedImage[],
  { settings, settingRows = [], modelBytes, modelName, command, progress, signal }: SufficientStudyOptions,
): Promise<Study<readonly SufficientPixels[], SufficientSummary>> {
  const found = await sufficientPixels(classifier, concatRows(images.map(({ image }) => image)), {
    ...settings,
    progress: inTenths(progress, 'Sufficient pixels', 1),
    signal,
  });
  const certified = modelBytes ? await certificates(classifier, images, found, modelBytes) : [];
  const provenance = provenanceOf(classifier, { file: modelName, command });
  const { boundsAlone } = found[0] ?? {};
  const named = found.map((one, i) => ({
    ...one,
    name: images[i]?.name ?? '',
    label: className(classifier, one.decided),
    image: images[i]?.image.data ?? new Float32Array(0),
  }));
  const page = sufficientPage({
    title: `Sufficient pixels: ${modelName}`,
    epsilon: settings.epsilon,
    boundsAlone,
    rows: named.map(({ name, label, image, held, open, margin, proofs, seconds }) => ({
      name,
      decided: label,
      picture: toPixels(image, classifier.input),
      held,
      open: open.length,
      margin,
      bounds: boundsAlone === undefined ? boundCount(proofs) : undefined,
      seconds,
    })),
    provenance: { ...provenance, settings: [...settingRows, ...provenance.settings] },
  });
  return {
    found,
    summary: {
      epsilon: settings.epsilon,
      boundsAlone,
      images: named.map(({ name, label, margin, held, open, slack, proofs, order, seconds }, i) => ({
        name,
        decided: label,
        margin,
        size: held.length,
        held,
        open: open.length,
        slack,
        bounds: boundCount(proofs),
        order,
        seconds,
        certificate: certified[i]?.file?.name,
        noCertificate: certified[i]?.why,
      })),
    },
    files: [...certified.flatMap(({ file }) => file ?? []), { name: 'index.html', contents: renderPage(page) }],
  };
}

/** A certificate's file, or why there is none. */
interface Certified {
  readonly file?: ReportFile;
  readonly why?: string;
}

/** A certificate of each image, where the verifier accepts it: what only its finder believes is not written. */
async function certificates(
  classifier: Classifier,
  images: readonly NamedImage[],
  found: readonly SufficientPixels[],
  model: Uint8Array,
): Promise<Certified[]> {
  const all: Certified[] = [];
  for (const [i, one] of found.entries()) {
    const image = images[i]?.image;
    if (!image) continue;
    try {
      const contents = await certificateOf(classifier, image, one);
      await verifyCertificate(contents, model, image.data);
      all.push({ file: { name: `certificates/${i + 1}.json`, contents } });
    } catch (error) {
      if (!isKonkyoError(error, 'certificate') && !isKonkyoError(error, 'unverifiable-model')) throw error;
      all.push({ why: error.message });
    }
  }
  return all;
}
