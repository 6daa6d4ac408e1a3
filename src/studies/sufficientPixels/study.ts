import { type Classifier, className } from '../../model/classifier.ts';
import { toPixels } from '../../model/pixels.ts';
import { concatRows } from '../../onnx/tensor.ts';
import { inTenths } from '../../progress.ts';
import type { NamedImage } from '../../report/explanation/explainedView.ts';
import type { Row } from '../../report/explanation/view.ts';
import { renderPage } from '../../report/page/page.ts';
import { provenanceOf } from '../../report/page/provenanceView.ts';
import type { Study, StudyOptions } from '../study.ts';
import { boundCount } from './freePixels.ts';
import { sufficientPage } from './page/sufficientPage.ts';
import { type SufficientOptions, type SufficientPixels, sufficientPixels } from './sufficient.ts';

/** How sufficient pixels are sought. */
export interface SufficientStudyOptions extends StudyOptions {
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
  }[];
}

/** What `konkyo noncontributing --sufficient` does. @throws as `sufficientPixels` */
export async function studySufficient(
  classifier: Classifier,
  images: readonly NamedImage[],
  { settings, settingRows = [], modelName, command, progress, signal }: SufficientStudyOptions,
): Promise<Study<readonly SufficientPixels[], SufficientSummary>> {
  const found = await sufficientPixels(classifier, concatRows(images.map(({ image }) => image)), {
    ...settings,
    progress: inTenths(progress, 'Sufficient pixels', 1),
    signal,
  });
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
      images: named.map(({ name, label, margin, held, open, slack, proofs, order, seconds }) => ({
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
      })),
    },
    files: [{ name: 'index.html', contents: renderPage(page) }],
  };
}
