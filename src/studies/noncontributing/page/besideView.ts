import { percent, quantity } from '../../../language/english/numbers.ts';
import type { Classifier } from '../../../model/classifier.ts';
import { sumChannels } from '../../../model/pixels.ts';
import type { Tensor } from '../../../onnx/tensor.ts';
import type { ExplainedImage } from '../../../report/explanation/view.ts';
import type { Certificate } from '../certificate.ts';
import type { CertifiedSquares } from '../certifiedSquares.ts';
import type { Freedom, MeasuredFreedom } from '../freedom.ts';
import type { NoncontributingMap } from '../noncontributing.ts';
import { hasPlainBackground } from '../objectPixels.ts';
import type { ProvedImage } from '../proofs.ts';
import type { AmplitudeMap } from './amplitudeColours.ts';

/** One image, with what other methods and this one say of it. */
export interface BesideRow {
  readonly image: ExplainedImage;
  /** Maps of amplitudes, beside those of other methods that the image has; every row has the same ones. */
  readonly shown: readonly ShownMap[];
}

export interface ShownMap {
  readonly title: string;
  /** Undefined where there is none for this image. */
  readonly map: AmplitudeMap | undefined;
  /** How far it holds, in a line below it. */
  readonly holds?: string;
}

/** An image with what was found for it. */
export interface FoundRow {
  readonly image: ExplainedImage;
  readonly found: FoundMap;
  readonly proved?: ProvedView;
}

interface FoundMap
  extends Pick<
    NoncontributingMap,
    'meanAmplitude' | 'free' | 'energy' | 'scaledBy' | 'seconds' | 'structured' | 'attacked'
  > {
  readonly map: AmplitudeMap;
  readonly real: MeasuredFreedom;
  readonly masked?: MeasuredFreedom;
}

/** What is proved of an image; a map is null where nothing could be, and undefined where that was not asked. */
export interface ProvedView {
  readonly plain: ProvedMap | null;
  readonly weighted?: ProvedMap | null;
  readonly squares?: CertifiedSquares;
  /** Else a square 'on the object' says little. */
  readonly hasPlainBackground: boolean;
}

interface ProvedMap extends Pick<Certificate, 'meanAmplitude' | 'weightedAmplitude' | 'uniform' | 'lowestMargin'> {
  readonly map: AmplitudeMap;
}

export function foundMap(classifier: Classifier, found: NoncontributingMap): FoundMap {
  const { measured, ...figures } = found;
  const map = amplitudeMap(classifier, found.amplitude);
  return { ...figures, map, real: measured };
}

export function provedImage(
  classifier: Classifier,
  image: Tensor<'float32'>,
  { plain, weighted, squares }: ProvedImage,
): ProvedView {
  const mapOf = (certificate: Certificate): ProvedMap => ({
    ...certificate,
    map: amplitudeMap(classifier, certificate.amplitude),
  });
  return {
    plain: plain && mapOf(plain),
    weighted: weighted && mapOf(weighted),
    squares,
    hasPlainBackground: hasPlainBackground(image.data, classifier.input),
  };
}

/** Amplitudes by pixel: those of its channels, averaged, where each has its own. */
export function amplitudeMap({ input }: Classifier, { data }: Tensor<'float32'>): AmplitudeMap {
  const { height, width, channels } = input;
  const shared = data.length === height * width;
  return { height, width, values: shared ? data : sumChannels(data, input).map((sum) => sum / channels) };
}

const kindWords = { blocks: 'blocks', blur: 'blur', pasted: 'pasted', mixed: 'mixed' } as const;

/** `Kept: noise 100%, blocks 87.4%, blur 100%, pasted 25.6%, mixed 74.8%; attacked: lost by 42.3`. */
export function holdsWords({ measured, structured, attacked }: Freedom): string {
  const kinds = structured.map(({ kind, kept }) => `${kindWords[kind]} ${percent(kept)}`);
  const { lead } = attacked;
  const outcome = lead > 0 ? `kept by ${quantity(lead)}` : `lost by ${quantity(-lead)}`;
  return `Kept: ${[`noise ${percent(measured.kept)}`, ...kinds].join(', ')}; attacked: ${outcome}`;
}

/** `7`, or `7 (labelled 9)`. */
export function decisionWords({ decision, truth }: ExplainedImage): string {
  const { label } = decision.chosen;
  return truth === undefined || truth === label ? label : `${label} (labelled ${truth})`;
}
