import type { Classifier } from '../../../model/classifier.ts';
import { sumChannels } from '../../../model/pixels.ts';
import type { Tensor } from '../../../onnx/tensor.ts';
import type { ExplainedImage } from '../../../report/explanation/view.ts';
import type { Certificate } from '../certificate.ts';
import type { MeasuredFreedom } from '../freedom.ts';
import type { NoncontributingMap } from '../noncontributing.ts';
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
}

/** An image with what was found for it. */
export interface FoundRow {
  readonly image: ExplainedImage;
  readonly found: FoundMap;
  readonly proved?: ProvedMap;
}

interface FoundMap extends Pick<NoncontributingMap, 'meanAmplitude' | 'free' | 'energy' | 'scaledBy' | 'seconds'> {
  readonly map: AmplitudeMap;
  readonly real: MeasuredFreedom;
  readonly masked?: MeasuredFreedom;
}

interface ProvedMap extends Pick<Certificate, 'meanAmplitude' | 'uniform' | 'lowestMargin'> {
  readonly map: AmplitudeMap;
}

export function foundMap(classifier: Classifier, found: NoncontributingMap): FoundMap {
  const { meanAmplitude, free, energy, scaledBy, seconds, measured, masked } = found;
  const map = amplitudeMap(classifier, found.amplitude);
  return { map, meanAmplitude, free, energy, scaledBy, seconds, real: measured, masked };
}

export function provedMap(
  classifier: Classifier,
  { amplitude, meanAmplitude, uniform, lowestMargin }: Certificate,
): ProvedMap {
  return { map: amplitudeMap(classifier, amplitude), meanAmplitude, uniform, lowestMargin };
}

/** Amplitudes by pixel: those of its channels, averaged, where each has its own. */
export function amplitudeMap({ input }: Classifier, { data }: Tensor<'float32'>): AmplitudeMap {
  const { height, width, channels } = input;
  const shared = data.length === height * width;
  return { height, width, values: shared ? data : sumChannels(data, input).map((sum) => sum / channels) };
}

/** `7`, or `7 (labelled 9)`. */
export function decisionWords({ decision, truth }: ExplainedImage): string {
  const { label } = decision.chosen;
  return truth === undefined || truth === label ? label : `${label} (labelled ${truth})`;
}
