import { explain } from '../../attribution/explain.ts';
import { writeNpz } from '../../datasets/npz.ts';
import { isKonkyoError, KonkyoError } from '../../konkyoError.ts';
import { type Classifier, className } from '../../model/classifier.ts';
import { concatRows } from '../../onnx/tensor.ts';
import { stopIfAborted } from '../../progress.ts';
import { explainedImage, type NamedImage } from '../../report/explanation/explainedView.ts';
import type { Row } from '../../report/explanation/view.ts';
import { renderPage } from '../../report/page/page.ts';
import { interruptedWords } from '../../report/page/provenance.ts';
import { provenanceOf } from '../../report/page/provenanceView.ts';
import { scoped } from '../../runtime/release.ts';
import type { Study, StudyOptions } from '../study.ts';
import type { Certificate } from './certificate.ts';
import type { BoundKind } from './certifiedMargins.ts';
import type { CertifiedSquare } from './certifiedSquares.ts';
import { comparedMethods } from './comparedMethods.ts';
import { compileNoncontributing, type NoncontributingMap, type NoncontributingSettings } from './noncontributing.ts';
import { hasPlainBackground } from './objectPixels.ts';
import { type FoundRow, foundMap, provedImage } from './page/besideView.ts';
import { noncontributingPage } from './page/noncontributingPage.ts';
import { type ProvedImage, proveImages } from './proofs.ts';

/** How non-contributing pixels are sought, and what stands beside them. */
export interface NoncontributingOptions extends StudyOptions {
  readonly settings: NoncontributingSettings;
  /** Also prove how far pixels may change. */
  readonly certify?: boolean;
  /** What each pixel counts for in a second proof of amplitudes, row by row, and the data set that it comes from: `pixelDeviations`. */
  readonly weights?: { readonly of: string; readonly values: Float32Array };
  /** How values between layers are bounded in proofs of amplitudes; see `CertifierOptions`. */
  readonly inner?: BoundKind;
  /** The settings in words, for the page. */
  readonly settingRows?: readonly Row[];
}

/** What was found of each image, and the proof; of the images that were done before a signal came. */
export interface FoundPixels {
  readonly maps: readonly NoncontributingMap[];
  /** An entry for each map, or none where nothing is proved. */
  readonly proofs: readonly ProvedImage[];
}

/** What `konkyo noncontributing --json` prints. */
export interface NoncontributingSummary {
  /** What a signal kept from being done. Undefined where none came. */
  readonly interrupted?: readonly string[];
  readonly images: readonly ReturnType<typeof summaryOf>[];
}

/** Too many images for one page. */
class TooManyImagesError extends KonkyoError {
  readonly tag = 'too-many-images';
}

/**
 * What `konkyo noncontributing` does: searches every image for the noise that each of its pixels may have. After a signal it is the
 * images that are done.
 * @throws TooManyImagesError, and as `compileNoncontributing` and `certify`
 */
export async function studyNoncontributing(
  classifier: Classifier,
  images: readonly NamedImage[],
  options: NoncontributingOptions,
): Promise<Study<FoundPixels, NoncontributingSummary>> {
  checkSize(classifier, images.length, options);
  const { signal } = options;
  const maps = await findAll(classifier, images, options);
  const left = images.length - maps.length;
  const done = images.slice(0, maps.length);
  const proofs = options.certify && !signal?.aborted ? await proveAll(classifier, done, options) : [];
  const missing = [
    ...(left > 0 ? [`${left} of ${images.length} images`] : []),
    ...(signal?.aborted
      ? [`${proofs.length > 0 ? 'some of the proofs' : 'proofs'}, and the maps of other methods`]
      : []),
  ];
  const found = { maps, proofs };
  const page = await pageOf(classifier, done, found, missing, options);
  return {
    found,
    summary: {
      interrupted: missing.length > 0 ? missing : undefined,
      images: maps.map((map, i) => summaryOf(classifier, done[i], map, proofs[i])),
    },
    files: [{ name: 'index.html', contents: page }],
  };
}

/** A page is one text, of at most 2^29 characters; a pixel of a picture takes four where it does not compress. */
const mostOnPage = 5e8;

/** @throws TooManyImagesError before hours of work whose page could not be written. */
function checkSize({ input }: Classifier, images: number, { certify: proves, weights }: NoncontributingOptions): void {
  const pictures = 2 + (proves ? 2 : 0) + (weights ? 1 : 0) + comparedMethods().length;
  const most = Math.max(1, Math.floor(mostOnPage / (4 * pictures * input.height * input.width)));
  if (images <= most) return;
  throw new TooManyImagesError(
    `One page has room for ${most} images of this model, and ${images} are given: search fewer at a time, each into a folder of its own.`,
  );
}

function findAll(
  classifier: Classifier,
  images: readonly NamedImage[],
  { settings, progress, signal }: NoncontributingOptions,
): Promise<NoncontributingMap[]> {
  const stop = () => stopIfAborted(signal);
  const others = settings.others ?? (images.length > 1 ? concatRows(images.map(({ image }) => image)) : undefined);
  return scoped(async (keep) => {
    const pixels = await keep(compileNoncontributing(classifier, { ...settings, others, onIteration: stop }));
    const found: NoncontributingMap[] = [];
    for (const [i, { name, image }] of images.entries()) {
      progress?.(i, images.length, `Non-contributing pixels of ${name}`);
      try {
        stop();
        found.push(await pixels.of(image));
      } catch (error) {
        if (isKonkyoError(error, 'interrupted') && found.length > 0) break;
        if (isKonkyoError(error)) error.message = `${name}: ${error.message}`;
        throw error;
      }
    }
    progress?.(images.length, images.length, 'done');
    return found;
  });
}

function proveAll(
  classifier: Classifier,
  images: readonly NamedImage[],
  { settings, weights, inner, progress, signal }: NoncontributingOptions,
): Promise<readonly ProvedImage[]> {
  const inputs = images.map(({ image }) => image);
  return proveImages(classifier, inputs, { per: settings.per, weights: weights?.values, inner, progress, signal });
}

/** The page, with the maps of the methods that the paper compares itself with. */
async function pageOf(
  classifier: Classifier,
  images: readonly NamedImage[],
  { maps, proofs }: FoundPixels,
  missing: readonly string[],
  { modelName, settings, weights, settingRows = [], command, progress }: NoncontributingOptions,
): Promise<string> {
  const methods = missing.length > 0 ? [] : comparedMethods();
  const notes = missing.length > 0 ? [interruptedWords(missing)] : [];
  const explanations = await explain(classifier, concatRows(images.map(({ image }) => image)), methods, {
    progress,
    onRefused: ({ title }, { message }) => notes.push(`${title} was left out. ${message}`),
  });
  const rows = explanations.flatMap((explanation, i): FoundRow[] => {
    const [named, map, proof] = [images[i], maps[i], proofs[i]];
    if (!named || !map) return [];
    const image = explainedImage(classifier, named, explanation, i);
    return [{ image, found: foundMap(classifier, map), proved: proof && provedImage(classifier, named.image, proof) }];
  });
  const provenance = provenanceOf(classifier, { file: modelName, methods, notes, command });
  return renderPage(
    noncontributingPage({
      title: `Non-contributing pixels: ${modelName}`,
      rows,
      pasted:
        settings.others === undefined && rows.length === 1 ? 'the image itself mirrored and shifted' : 'another image',
      changes: settings.changes ?? ['independent'],
      weightsOf: weights?.of,
      masked: settings.masks !== undefined && settings.masks !== 'none',
      provenance: { ...provenance, settings: [...settingRows, ...provenance.settings] },
    }),
  );
}

/** An npz archive of `noncontributing` and, each where there is such a proof of every image, `certified` and `certified_weighted`: [n, ...]. */
export function amplitudeArchive({ maps, proofs }: FoundPixels): Uint8Array {
  const stack = (amplitudes: readonly NoncontributingMap['amplitude'][]) => {
    const { dims, data } = concatRows(amplitudes);
    return { type: 'float32' as const, dims, data };
  };
  const proved = (name: string, certificates: readonly Certificate[]) =>
    certificates.length === maps.length ? [[name, stack(certificates.map(({ amplitude }) => amplitude))] as const] : [];
  return writeNpz(
    new Map([
      ['noncontributing', stack(maps.map(({ amplitude }) => amplitude))],
      ...proved(
        'certified',
        proofs.flatMap(({ plain }) => plain ?? []),
      ),
      ...proved(
        'certified_weighted',
        proofs.flatMap(({ weighted }) => weighted ?? []),
      ),
    ]),
  );
}

function summaryOf(
  classifier: Classifier,
  named: NamedImage | undefined,
  found: NoncontributingMap,
  proof?: ProvedImage,
) {
  const {
    decision,
    tolerance,
    energy,
    meanAmplitude,
    free,
    scaledBy,
    measured,
    structured,
    attacked,
    masked,
    seconds,
  } = found;
  return {
    name: named?.name ?? '',
    decided: className(classifier, decision.chosen),
    margin: decision.margin,
    tolerance,
    energy,
    meanAmplitude,
    free,
    scaledBy,
    measured,
    structured,
    attacked,
    masked,
    certified: proof?.plain ? certifiedSummary(proof.plain, proof.weighted !== undefined) : undefined,
    certifiedWeighted: proof?.weighted ? certifiedSummary(proof.weighted, true) : undefined,
    /** The largest squares found that may hold anything: null where not even a single pixel is proved. */
    certifiedSquares: proof?.squares && {
      anywhere: squareSummary(proof.squares.anywhere),
      onObject: squareSummary(proof.squares.onObject),
      /** Else 'on the object' says little: a photograph has no plain background. */
      hasPlainBackground: named !== undefined && hasPlainBackground(named.image.data, classifier.input),
    },
    seconds,
  };
}

function certifiedSummary(
  { meanAmplitude, weightedAmplitude, uniform, lowestMargin, box }: Certificate,
  isWeighted: boolean,
) {
  return { meanAmplitude, weightedAmplitude: isWeighted ? weightedAmplitude : undefined, uniform, lowestMargin, box };
}

function squareSummary(found: CertifiedSquare | null) {
  return found && { ...found.square, onObject: found.onObject, lowestMargin: found.lowestMargin };
}
