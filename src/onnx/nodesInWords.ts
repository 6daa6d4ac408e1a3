import { type Node, qualifiedOp } from './graph.ts';

/** A node as it is named to people, and its operator. */
interface NamedNode {
  readonly op: string;
  /** See `describeNode`. */
  readonly node: string;
}

/** A node that something cannot be done with. */
export interface RefusedNode extends NamedNode {
  readonly why: string;
}

/** So many nodes of an operator are named; the rest are counted. */
const mostNamed = 3;

/** Nodes by operator, with the first of each: `12 Relu (Relu "r1", Relu "r2", Relu "r3" and 9 more), 1 Sign (Sign "s")`. */
export function nodesInWords(nodes: readonly NamedNode[]): string {
  const operators = [...new Set(nodes.map(({ op }) => op))];
  return operators
    .map((operator) => {
      const own = nodes.filter(({ op }) => op === operator);
      return `${own.length} ${operator} (${firstOf(own)})`;
    })
    .join(', ');
}

/** The first nodes of a list, and how many more there are: a large model has hundreds. */
export function firstOf(nodes: readonly Pick<NamedNode, 'node'>[]): string {
  const named = nodes.slice(0, mostNamed).map(({ node }) => node);
  const more = nodes.length - named.length;
  return `${named.join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}

/** A line for each kind of nodes, in the order in which the kinds come up. */
export function linesByKind<T>(
  nodes: readonly T[],
  kindOf: (node: T) => string,
  line: (kind: string, nodes: readonly T[]) => string,
): string {
  const kinds = [...new Set(nodes.map(kindOf))];
  return kinds
    .map(
      (kind) =>
        `  ${line(
          kind,
          nodes.filter((node) => kindOf(node) === kind),
        )}`,
    )
    .join('\n');
}

/** An operator, and why its nodes are refused. */
export function kindOf({ op, why }: RefusedNode): string {
  return `${op} (${why})`;
}

/** Nodes by operator, counted alone: `3 Relu, 1 MaxPool`. */
export function operatorCounts(nodes: readonly Node[]): string {
  const counts = new Map<string, number>();
  for (const node of nodes) counts.set(qualifiedOp(node), (counts.get(qualifiedOp(node)) ?? 0) + 1);
  return [...counts].map(([op, count]) => `${count} ${op}`).join(', ');
}
