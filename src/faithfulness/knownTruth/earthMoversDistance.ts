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
  const costs = Array.from(supplies, (_, source) => Float64Array.from(demands, (_demand, sink) => cost(source, sink)));
  const sinks = Array.from(demands, (free): Sink => ({ free, from: new Map() }));
  for (let source = 0; source < supplies.length; source++) {
    let left = supplies[source] ?? 0;
    while (left > rounding) {
      const path = cheapestPath(source, costs, sinks);
      if (!path) break;
      left -= push(path, left, sinks);
    }
  }
  return sinks.reduce((total, { from }, sink) => total + costOf(from, sink, costs), 0);
}

interface Sink {
  /** Mass it can still take. */
  free: number;
  /** Mass it has, by source. */
  readonly from: Map<number, number>;
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
  sinks: readonly Sink[],
): readonly Step[] | undefined {
  const moves = cheapestMoves(costs, sinks);
  const distance = Float64Array.from(costs[source] ?? []);
  const steps = sinks.map((_, sink): Step => ({ source, sink, from: undefined }));
  // Bellman and Ford: a move may gain. There are no circles that do, as the flow so far is cheapest.
  for (let changed = true, round = 0; changed && round < sinks.length; round++) {
    changed = false;
    for (const move of moves) {
      const along = (distance[move.from] ?? 0) + move.cost;
      if (along >= (distance[move.sink] ?? 0) - rounding) continue;
      distance[move.sink] = along;
      steps[move.sink] = move;
      changed = true;
    }
  }
  const [first, ...others] = [...sinks.keys()].filter((sink) => (sinks[sink]?.free ?? 0) > rounding);
  if (first === undefined) return undefined;
  const end = others.reduce((best, sink) => ((distance[sink] ?? 0) < (distance[best] ?? 0) ? sink : best), first);
  return pathTo(end, steps);
}

interface Move extends Step {
  readonly from: number;
  readonly cost: number;
}

/** Between any two sinks the source whose mass is moved from one to the other at the least cost. */
function cheapestMoves(costs: readonly Float64Array[], sinks: readonly Sink[]): Move[] {
  const moves: Move[] = [];
  for (const [from, { from: sources }] of sinks.entries()) {
    if (sources.size === 0) continue;
    for (let sink = 0; sink < sinks.length; sink++) {
      if (sink === from) continue;
      let [best, least] = [-1, Number.POSITIVE_INFINITY];
      for (const source of sources.keys()) {
        const row = costs[source];
        const cost = (row?.[sink] ?? 0) - (row?.[from] ?? 0);
        if (cost < least) {
          best = source;
          least = cost;
        }
      }
      moves.push({ source: best, from, sink, cost: least });
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
function push(path: readonly Step[], most: number, sinks: readonly Sink[]): number {
  const end = sinks[path.at(-1)?.sink ?? 0];
  const amount = path.reduce(
    (least, { source, from }) => (from === undefined ? least : Math.min(least, sinks[from]?.from.get(source) ?? 0)),
    Math.min(most, end?.free ?? 0),
  );
  for (const { source, sink, from } of path) {
    add(sinks[sink], source, amount);
    if (from !== undefined) add(sinks[from], source, -amount);
  }
  if (end) end.free -= amount;
  return amount;
}

function add(sink: Sink | undefined, source: number, amount: number): void {
  const mass = (sink?.from.get(source) ?? 0) + amount;
  if (mass > rounding) sink?.from.set(source, mass);
  else sink?.from.delete(source);
}

function costOf(masses: ReadonlyMap<number, number>, sink: number, costs: readonly Float64Array[]): number {
  let sum = 0;
  for (const [source, mass] of masses) sum += mass * (costs[source]?.[sink] ?? 0);
  return sum;
}
