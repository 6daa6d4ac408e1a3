import * as Plot from '@observablehq/plot';
import { parseHTML } from 'linkedom/worker';
import { type Html, trusted } from '../page/html.ts';

export interface Axis {
  /** What is measured, with its unit: `Weights left (%)`. */
  readonly label: string;
  /** Lowest and highest value shown; by default what the points need. */
  readonly domain?: readonly [number, number];
  readonly logarithmic?: boolean;
}

interface Series {
  readonly label: string;
  /** `own` is drawn in the page's accent, `comparison` grey, `other` dashed. Default: own. */
  readonly kind?: 'own' | 'comparison' | 'other';
  readonly points: readonly { readonly x: number; readonly y: number }[];
}

interface LineChart {
  /** What the chart says in one sentence, for those who cannot see it. */
  readonly description: string;
  readonly x: Axis;
  readonly y: Axis;
  readonly series: readonly Series[];
  /** Show each point as a dot as well. */
  readonly dots?: boolean;
}

interface BarChart {
  readonly description: string;
  readonly x: { readonly label: string };
  readonly y: Axis;
  readonly bars: readonly { readonly label: string; readonly value: number }[];
}

const size = { width: 640, height: 320, marginLeft: 56, marginBottom: 44, marginRight: 24 };
const colours = { own: 'var(--accent)', comparison: 'var(--quiet)', other: 'var(--fair)' };

/** Lines over a common pair of axes, each with its name at its end. */
export function lineChart({ description, x, y, series, dots = false }: LineChart): Html {
  const kindOf = ({ kind = 'own' }: Series) => kind;
  return drawn(description, {
    x: scaleOf(x),
    y: { ...scaleOf(y), grid: true },
    marginRight: 24 + 7 * Math.max(0, ...series.map(({ label }) => label.length)),
    marks: [
      ...series.flatMap((line) => [
        Plot.line(line.points, {
          x: 'x',
          y: 'y',
          stroke: colours[kindOf(line)],
          strokeWidth: kindOf(line) === 'own' ? 2 : 1.4,
          ...(kindOf(line) === 'other' ? { strokeDasharray: '5 3' } : {}),
        }),
        ...(dots ? [Plot.dot(line.points, { x: 'x', y: 'y', fill: colours[kindOf(line)], r: 3 })] : []),
      ]),
      // Names last, on ground of their own: a line may lead past the end of another.
      ...series.map((line) =>
        Plot.text(line.points.slice(-1), {
          x: 'x',
          y: 'y',
          text: () => line.label,
          textAnchor: 'start',
          dx: 8,
          fill: colours[kindOf(line)],
          stroke: 'var(--ground)',
          strokeWidth: 5,
        }),
      ),
    ],
  });
}

/** A bar for each label, in the order given. */
export function barChart({ description, x, y, bars }: BarChart): Html {
  return drawn(description, {
    x: { label: x.label, domain: bars.map(({ label }) => label), labelArrow: 'none' },
    y: { ...scaleOf(y), grid: true },
    marks: [Plot.barY(bars, { x: 'label', y: 'value', fill: colours.own }), Plot.ruleY([0])],
  });
}

function scaleOf({ label, domain, logarithmic }: Axis) {
  return {
    label,
    labelArrow: 'none' as const,
    ...(domain ? { domain: [...domain] } : {}),
    ...(logarithmic ? { type: 'log' as const } : {}),
  };
}

/** A plot as it stands on a page. */
export function drawn(description: string, options: Plot.PlotOptions): Html {
  const chart = Plot.plot({
    // A document of our own: Node and web workers have none.
    document: parseHTML('<!doctype html><html></html>').document,
    className: 'chart',
    ariaLabel: description,
    style: { fontSize: '12px', fontFamily: 'var(--sans)', background: 'none', overflow: 'visible' },
    ...size,
    ...options,
  });
  return trusted(chart.outerHTML);
}
