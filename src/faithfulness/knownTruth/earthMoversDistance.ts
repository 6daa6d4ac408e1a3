/*
 * The earth mover's distance between two distributions of mass 1 (Rubner, Tomasi & Guibas 2000): the least of
 * sum_ij f_ij c_ij over flows f >= 0 with sum_j f_ij = a_i and sum_i f_ij = b_j. Exact, by successive shortest paths: each
 * source's mass goes, part by part, the cheapest way there is, moving earlier sources' mass on where that is cheaper.
 * A flow is cheapest at every step (Ahuja, Magnanti & Orlin 1993, section 9.7). Sinks are few, so paths are searched among
 * them alone.
 */

/** Mass that is left to rounding. */
const rounding = 1e-12;

/**
 * @param supplies of the sources, and @param demands of the sinks: not negative, of equal sums.
 * @param cost of a unit of mass from a source to a sink.
 * @returns the least total cost.
 */
export function transportCost(
  supplies: ArrayLike<number>,
  demands: ArrayLike<number>,
  cost: (source: number, sink: number) => number,
): number {
  const sinks = demands.length;
  const flows: Float64Array[] = [];
  const costs = Array.from(supplies, (_, source) => Float64Array.from(demands, (_demand, sink) => cost(source, sink)));
  const free = Float64Array.from(demands);
  for (let source = 0; source < supplies.length; source++) {
    flows.push(new Float64Array(sinks));
    let left = supplies[source] ?? 0;
    while (left > rounding) {
      const path = cheapestPath(source, costs, flows, free);
      if (!path) break;
      left -= push(path, left, flows, free);
    }
  }
  return flows.reduce((total, flow, source) => total + dot(flow, costs[source]), 0);
}

/** To `sink` from a source whose mass was elsewhere: at the sink of the step before, or, at first, nowhere. */
interface Step {
  readonly source: number;
  readonly sink: number;
  readonly from: number | undefined;
}

function cheapestPath(
  source: number,
  costs: readonly Float64Array[],
  flows: readonly Float64Array[],
  free: Float64Array,
): readonly Step[] | undefined {
  const moves = cheapestMoves(costs, flows, free.length);
  const distance = Float64Array.from(costs[source] ?? []);
  const steps: Step[] = Array.from(free, (_, sink) => ({ source, sink, from: undefined }));
  // Bellman and Ford: a move may gain. There are no circles that do, as the flow so far is cheapest.
  for (let changed = true, round = 0; changed && round < free.length; round++) {
    changed = false;
    for (const { source: moved, from, sink, cost } of moves) {
      const along = (distance[from] ?? 0) + cost;
      if (along >= (distance[sink] ?? 0) - rounding) continue;
      distance[sink] = along;
      steps[sink] = { source: moved, sink, from };
      changed = true;
    }
  }
  const open = [...free.keys()].filter((sink) => (free[sink] ?? 0) > rounding);
  const [first, ...others] = open;
  if (first === undefined) return undefined;
  const end = others.reduce((best, sink) => ((distance[sink] ?? 0) < (distance[best] ?? 0) ? sink : best), first);
  return pathTo(end, steps);
}

interface Move extends Step {
  readonly from: number;
  readonly cost: number;
}

/** Between any two sinks the source whose mass is moved from one to the other at the least cost. */
function cheapestMoves(costs: readonly Float64Array[], flows: readonly Float64Array[], sinks: number): Move[] {
  const moves: Move[] = [];
  for (let from = 0; from < sinks; from++) {
    for (let sink = 0; sink < sinks; sink++) {
      if (sink === from) continue;
      let [best, least] = [-1, Number.POSITIVE_INFINITY];
      for (let source = 0; source < flows.length; source++) {
        if ((flows[source]?.[from] ?? 0) <= rounding) continue;
        const cost = (costs[source]?.[sink] ?? 0) - (costs[source]?.[from] ?? 0);
        if (cost < least) [best, least] = [source, cost];
      }
      if (best >= 0) moves.push({ source: best, from, sink, cost: least });
    }
  }
  return moves;
}

function pathTo(end: number, steps: readonly Step[]): Step[] {
  const path: Step[] = [];
  for (let sink: number | undefined = end; sink !== undefined; ) {
    const step: Step | undefined = steps[sink];
    if (!step) break;
    path.unshift(step);
    sink = step.from;
  }
  return path;
}

/** Sends as much along a path as it takes, and gives how much that was. */
function push(path: readonly Step[], most: number, flows: readonly Float64Array[], free: Float64Array): number {
  const end = path.at(-1)?.sink ?? 0;
  const amount = path.reduce(
    (least, { source, from }) => (from === undefined ? least : Math.min(least, flows[source]?.[from] ?? 0)),
    Math.min(most, free[end] ?? 0),
  );
  for (const { source, sink, from } of path) {
    const flow = flows[source];
    if (!flow) continue;
    flow[sink] = (flow[sink] ?? 0) + amount;
    if (from !== undefined) flow[from] = (flow[from] ?? 0) - amount;
  }
  free[end] = (free[end] ?? 0) - amount;
  return amount;
}

function dot(a: Float64Array, b: Float64Array | undefined): number {
  return a.reduce((sum, value, i) => sum + value * (b?.[i] ?? 0), 0);
}
