/** Cells of which a unit's sum can be told. */
export interface ExplainedRegion {
  /** In rising order. */
  readonly cells: readonly number[];
  /** R²: the share of the sum's variance that is left if every other cell stands at its mean, taken from 1. */
  readonly explained: number;
}

/** A region in the making: which cells it has, and how much each cell's change would change what is unexplained. */
export class RegionSearch {
  readonly #covariance: Float64Array;
  readonly #neighbours: readonly (readonly number[])[] | undefined;
  readonly #count: number;
  readonly #inside: Uint8Array;
  /** For each cell p: the sum over the cells q outside of C(p, q). */
  readonly #toOutside: Float64Array;
  /** For each cell p: C(p, p), side by side. */
  readonly #own: Float64Array;
  readonly #total: number;
  #unexplained: number;
  #size = 0;

  /** @param neighbours of each cell; without them cells need not touch. */
  constructor(covariance: Float64Array, neighbours?: readonly (readonly number[])[]) {
    this.#covariance = covariance;
    this.#neighbours = neighbours;
    this.#count = Math.sqrt(covariance.length);
    this.#inside = new Uint8Array(this.#count);
    this.#toOutside = Float64Array.from(this.#inside, (_, p) =>
      covariance.subarray(p * this.#count, (p + 1) * this.#count).reduce((sum, value) => sum + value, 0),
    );
    this.#own = Float64Array.from(this.#inside, (_, p) => covariance[p * this.#count + p] ?? 0);
    this.#total = this.#toOutside.reduce((sum, value) => sum + value, 0);
    this.#unexplained = this.#total;
  }

  get size(): number {
    return this.#size;
  }

  region(): ExplainedRegion {
    return { cells: [...this.#inside.keys()].filter((cell) => this.#inside[cell] !== 0), explained: this.explained };
  }

  /** R² of the region as it is. */
  get explained(): number {
    return this.#total <= 0 ? 0 : 1 - this.#unexplained / this.#total;
  }

  add(cell: number): void {
    this.#move(cell, 1);
  }

  /** Adds the best neighbour until enough is explained. @returns whether it is, with at most so many cells. */
  grow(enough: number, most: number): boolean {
    while (this.explained < enough) {
      const next = this.#best((cell) => this.#inside[cell] === 0 && this.#touches(cell));
      if (next === undefined || this.#size >= most) return false;
      this.add(next);
    }
    return true;
  }

  /** Lets go of what the region can do without, and exchanges cells until nothing more can go. */
  settle(enough: number): void {
    this.#letGo(enough);
    for (let rounds = 0; rounds < 4 * this.#count && this.#exchange(); rounds++) this.#letGo(enough);
  }

  /** Exchanges cells until none explains more. */
  improve(): void {
    for (let rounds = 0; rounds < 4 * this.#count && this.#exchange(); rounds++);
  }

  #letGo(enough: number): void {
    for (;;) {
      const least = this.#best((cell) => this.#inside[cell] !== 0 && this.#canGo(cell));
      if (least === undefined || this.#after(least) < enough || this.#size === 1) return;
      this.#move(least, -1);
    }
  }

  /** Exchanges the cell that is missed least for the neighbour that brings most. @returns whether more is explained with it. */
  #exchange(): boolean {
    const before = this.#unexplained;
    const least = this.#best((cell) => this.#inside[cell] !== 0 && this.#canGo(cell));
    if (least === undefined || this.#size === 1) return false;
    this.#move(least, -1);
    const next = this.#best((cell) => cell !== least && this.#inside[cell] === 0 && this.#touches(cell));
    if (next !== undefined) this.add(next);
    if (next !== undefined && this.#unexplained < before * (1 - 1e-9)) return true;
    if (next !== undefined) this.#move(next, -1);
    this.add(least);
    return false;
  }

  /** The cell whose change leaves least unexplained. */
  #best(may: (cell: number) => boolean): number | undefined {
    let best: number | undefined;
    let most = Number.NEGATIVE_INFINITY;
    for (let cell = 0; cell < this.#count; cell++) {
      const after = this.#after(cell);
      if (after > most && may(cell)) [best, most] = [cell, after];
    }
    return best;
  }

  /** What is explained once a cell has changed sides. */
  #after(cell: number): number {
    const sign = this.#inside[cell] === 0 ? -1 : 1;
    const own = this.#own[cell] ?? 0;
    return 1 - (this.#unexplained + sign * 2 * (this.#toOutside[cell] ?? 0) + own) / this.#total;
  }

  #move(cell: number, by: 1 | -1): void {
    this.#unexplained = (1 - this.#after(cell)) * this.#total;
    this.#inside[cell] = by === 1 ? 1 : 0;
    this.#size += by;
    const row = cell * this.#count;
    for (let p = 0; p < this.#count; p++) {
      this.#toOutside[p] = (this.#toOutside[p] ?? 0) - by * (this.#covariance[row + p] ?? 0);
    }
  }

  #touches(cell: number): boolean {
    return this.#neighbours?.[cell]?.some((near) => this.#inside[near] !== 0) ?? true;
  }

  /** Whether the region still hangs together without a cell: its neighbours inside reach one another another way. */
  #canGo(cell: number): boolean {
    const around = (this.#neighbours?.[cell] ?? []).filter((near) => this.#inside[near] !== 0);
    // Most reach one another without a step away from the cell.
    return this.#reachable(around, (near) => around.includes(near)) || this.#reachable(around, (near) => near !== cell);
  }

  /** Whether cells reach one another over cells inside that one may step on. */
  #reachable(cells: readonly number[], may: (cell: number) => boolean): boolean {
    const reached = new Set(cells.slice(0, 1));
    for (const from of reached) {
      for (const near of this.#neighbours?.[from] ?? []) if (this.#inside[near] !== 0 && may(near)) reached.add(near);
    }
    return cells.every((near) => reached.has(near));
  }
}
