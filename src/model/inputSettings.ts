import type { DetectionLayoutSettings } from './detection/detectionSettings.ts';
import type { Task } from './task/task.ts';

/** How numbers become one input of a model. All that is left out follows from the model, or is the default. */
export interface OneInputSettings {
  /** Of an image: channels before or after rows and columns; of a signal, before or after its length. Default: as the shape shows. */
  readonly layout?: 'NCHW' | 'NHWC';
  /** [height, width] or one number for both; the length of a signal. For sizes that the model leaves open. */
  readonly size?: number | [number, number];
  /** In which order the model takes colours. Default: RGB. */
  readonly order?: 'RGB' | 'BGR';
  /** Pixels 0..255 are multiplied by it. Default: 1/255, of integer inputs 1. */
  readonly scale?: number;
  /** Then this is subtracted, one number or one a channel in the model's order. Default: 0, of int8 inputs 128. */
  readonly mean?: number | number[];
  /** Then divided by this, one number or one a channel. Default: 1. */
  readonly std?: number | number[];
  /** Names of the classes by index. Default: the indices. */
  readonly classes?: string[];
  /** What the input is, where its shape does not say. */
  readonly kind?: 'image' | 'signal' | 'table';
  /** Names of a table's features, or of a signal's channels. */
  readonly features?: string[];
}

/**
 * What a user says of the input, and of what the model does, in MODEL.konkyo.json or by flags.
 */
export interface InputSettings extends OneInputSettings {
  /** What the model does, where that cannot be seen. */
  readonly task?: Task;
  /** Of a detector: what its shapes do not say, and when a box is kept. */
  readonly detection?: DetectionLayoutSettings;
  /** Of outputs that the model makes no probabilities of: `logits`, of which a softmax does, or `numbers`, of which it would mean nothing. */
  readonly scores?: 'logits' | 'numbers';
  /** Of a model of several inputs, by name: what is so for one of them alone. */
  readonly inputs?: Readonly<Record<string, OneInputSettings>>;
}
