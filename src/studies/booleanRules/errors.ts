import { KonkyoError } from '../../konkyoError.ts';

/** Rules cannot be read off this model, or not from the layer that was asked for. */
export class RuleModelError extends KonkyoError {
  readonly tag = 'rule-model';
}

/** The images do not fit the model's classes, or do not tell enough to choose rules by. */
export class RuleDataError extends KonkyoError {
  readonly tag = 'rule-data';
}

/** A file that is not rules of this version of konkyo, or rules of another model. */
export class RuleFileError extends KonkyoError {
  readonly tag = 'rule-file';
}
