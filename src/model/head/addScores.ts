import type { GraphBuilder } from '../../onnx/graphBuilder.ts';
import { float32 } from '../../onnx/tensor.ts';
import type { Logits } from './columns.ts';
import type { Head, Member, SigmoidHead, SoftmaxHead } from './head.ts';

/** The value of the graph that is the head's scores already; undefined where nodes have to be added for it. */
export function scoresInGraph(head: Head): string | undefined {
  switch (head.kind) {
    case 'constant':
      return undefined;
    case 'softmax': {
      const [only, more] = head.members;
      return only && !more && !head.classFactors ? asItIs(only.logits) : undefined;
    }
    case 'binary':
    case 'labels': {
      const [first] = head.classes[0] ?? [];
      const whole = head.classes.every(
        ([member, more], k) => !more && !member?.negated && member?.element === k && member.of.key === first?.of.key,
      );
      return whole && first?.of.kind !== 'Softmax' && first?.of.width === head.classes.length
        ? asItIs(first.of.logits)
        : undefined;
    }
  }
}

function asItIs([term, more]: Logits): string | undefined {
  return term && !more && term.factor === 1 ? term.value : undefined;
}

/** The values of the graph that a head's scores are computed from. */
export function sourcesOf(head: Head): string[] {
  const logits =
    head.kind === 'constant'
      ? []
      : head.kind === 'softmax'
        ? head.members.map((member) => member.logits)
        : head.classes.flat().map(({ of }) => of.logits);
  return [...new Set(logits.flat().map(({ value }) => value))];
}

/**
 * Adds a head's scores, [n, width], as a value that does not saturate where the head's probabilities do: their softmax (for
 * single probabilities, their sigmoid) is what the model gives.
 */
export function addScores(builder: GraphBuilder, head: SoftmaxHead | SigmoidHead): string {
  if (head.kind === 'softmax') return addSoftmaxScores(builder, head);
  const together = asOne(head.classes);
  if (together) return addLogOdds(builder, together, head.classes.length);
  const columns = head.classes.map((members) => addLogOdds(builder, members));
  const [first, second] = columns;
  return first !== undefined && second === undefined ? first : builder.add('Concat', columns, { axis: 1 });
}

function addLogits(builder: GraphBuilder, logits: Logits, width: number): string {
  const { ops } = builder;
  const rows = logits.map(({ value, factor }) => {
    const row = ops.Reshape(value, builder.ints([-1, width]));
    return factor === 1 ? row : ops.Mul(row, builder.scalar(factor));
  });
  return rows.reduce((left, right) => ops.Add(left, right));
}

/**
 * Of the mean P = sum_i w_i softmax(z_i): log P + sum_i w_i logsumexp(z_i). Its softmax is P; of the numbers with that
 * property, which differ by one number an image, this one is z itself where all z_i are z.
 */
function addSoftmaxScores(builder: GraphBuilder, { members, classFactors, width }: SoftmaxHead): string {
  const { ops } = builder;
  const rows = members.map(({ logits, share }) => ({ row: addLogits(builder, logits, width), share }));
  const [only] = rows;
  if (only && rows.length === 1) {
    if (!classFactors) return only.row;
    const logs = float32([width], classFactors.map(Math.log));
    return ops.Add(only.row, builder.constant(logs, 'log-factors'));
  }
  const sums = rows.map(({ row, share }) => ({
    row,
    share,
    sum: builder.add('ReduceLogSumExp', [row, builder.ints([1])], { keepdims: 1 }),
  }));
  const meanSum = sums
    .map(({ sum, share }) => ops.Mul(sum, builder.scalar(share)))
    .reduce((left, right) => ops.Add(left, right));
  // log sum_i w_i e^(z_i - sum_i + mean sum)
  return addLogSum(
    builder,
    sums.map(({ row, share, sum }) => ops.Add(row, ops.Add(ops.Sub(meanSum, sum), builder.scalar(Math.log(share))))),
  );
}

/** log sum_i e^x_i, for values x_i [n, width]. */
function addLogSum(builder: GraphBuilder, values: readonly string[]): string {
  const stacked = builder.add(
    'Concat',
    values.map((value) => builder.ops.Unsqueeze(value, builder.ints([2]))),
    { axis: 2 },
  );
  return builder.add('ReduceLogSumExp', [stacked, builder.ints([2])], { keepdims: 0 });
}

/** Several classes' probabilities as members over whole rows, where every class has the same ones. */
function asOne(classes: readonly (readonly Member[])[]): readonly Member[] | undefined {
  const [first = []] = classes;
  const alike = classes.every(
    (members, k) =>
      members.length === first.length &&
      members.every(
        ({ of, element, negated, share }, i) =>
          element === k &&
          of.width === classes.length &&
          of.kind !== 'Softmax' &&
          of.key === first[i]?.of.key &&
          negated === first[i]?.negated &&
          share === first[i]?.share,
      ),
  );
  return alike ? first : undefined;
}

/** log p - log(1 - p) of a mean p of probabilities, [n, 1]; of whole rows [n, width] where a width is given. */
function addLogOdds(builder: GraphBuilder, members: readonly Member[], width?: number): string {
  const { ops } = builder;
  const odds = members.map(({ of, element, negated, share }) => {
    const row = addLogits(builder, of.logits, of.width);
    const logit = width === undefined ? addLogit(builder, row, of, element) : row;
    return { logit: negated ? ops.Neg(logit) : logit, share };
  });
  const [only] = odds;
  if (only && odds.length === 1) return only.logit;
  // log sigmoid(z) = -softplus(-z)
  const logs = (sign: 1 | -1) =>
    odds.map(({ logit, share }) => {
      const away = sign === 1 ? ops.Neg(logit) : logit;
      return ops.Sub(builder.scalar(Math.log(share)), builder.add('Softplus', [away]));
    });
  return ops.Sub(addLogSum(builder, logs(1)), addLogSum(builder, logs(-1)));
}

/** The logit of one element of a row: of a softmax, z_j - log sum of all others' e^z. */
function addLogit(builder: GraphBuilder, row: string, of: Member['of'], element: number): string {
  if (of.width === 1) return row;
  const pick = (at: readonly number[]) => builder.add('Gather', [row, builder.ints(at)], { axis: 1 });
  const own = pick([element]);
  if (of.kind !== 'Softmax') return own;
  const others = pick(Array.from({ length: of.width }, (_, k) => k).filter((k) => k !== element));
  const rest = of.width === 2 ? others : builder.add('ReduceLogSumExp', [others, builder.ints([1])], { keepdims: 1 });
  return builder.ops.Sub(own, rest);
}
