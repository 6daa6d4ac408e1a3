/** Keys of what is said in the metadata of a compiled explainer; docs/compile.md describes them. */
export const explainerKeys = {
  /** The method's id. */
  method: 'konkyo.method',
  /** Its options, as JSON. */
  options: 'konkyo.options',
  /** What is explained. */
  target: 'konkyo.target',
  /** What the attribution is of, and what it is measured in. */
  values: 'konkyo.attribution',
  /** Which of the model's numbers the scores are. */
  scores: 'konkyo.scores',
  /** How pixels become input, as JSON: layout, size, order, scale, mean, std, classes. */
  input: 'konkyo.input',
  /** SHA-256 of the model's file. */
  model: 'konkyo.model.sha256',
  version: 'konkyo.version',
} as const;
