/** One layer's account of one image, score units: what it received = what it passed on + what stayed in it. */
export interface LayerRelevance {
  readonly layer: string;
  readonly operator: string;
  readonly rule: string;
  /** Sum over the layer's output. */
  readonly received: number;
  /** Sum over the layer's inputs. */
  readonly passed: number;
  /** What stayed with biases. */
  readonly biases: number;
  /** What the stabiliser of the rule's divisions took. */
  readonly stabilizers: number;
  /** What was meant for inputs of a sign that there were none of. */
  readonly emptyParts: number;
  /** The rest of the difference: constants inside the operator, an expansion's bias, rounding. */
  readonly others: number;
}

/** The conservation gap of a map: its sum against the score it started from, and where the difference stayed. */
export interface Conservation {
  readonly sum: number;
  readonly score: number;
  /** |score - sum| / |score|; undefined where the score is 0. */
  readonly gap: number | undefined;
  readonly biases: number;
  readonly stabilizers: number;
  readonly emptyParts: number;
  readonly others: number;
  /** The layer that kept most. */
  readonly most: LayerRelevance | undefined;
}

/** What a layer kept of the relevance it received. */
export function kept({ received, passed }: LayerRelevance): number {
  return received - passed;
}

export function conservation(values: Float32Array, score: number, layers: readonly LayerRelevance[]): Conservation {
  const sum = values.reduce((total, value) => total + value, 0);
  const total = (cause: 'biases' | 'stabilizers' | 'emptyParts') =>
    layers.reduce((all, layer) => all + layer[cause], 0);
  const causes = { biases: total('biases'), stabilizers: total('stabilizers'), emptyParts: total('emptyParts') };
  const named = causes.biases + causes.stabilizers + causes.emptyParts;
  const [most] = layers.toSorted((a, b) => Math.abs(kept(b)) - Math.abs(kept(a)));
  const gap = score === 0 ? undefined : Math.abs(score - sum) / Math.abs(score);
  return { sum, score, gap, ...causes, others: score - sum - named, most };
}
