import * as Plot from '@observablehq/plot';
import type { Contender } from '../../faithfulness/evaluation/contenders.ts';
import type { FigureTable } from '../../faithfulness/evaluation/figures.ts';
import type { EvaluationMetric } from '../../faithfulness/evaluation/metric.ts';
import { drawn } from '../drawing/chart.ts';
import { type Html, html } from '../page/html.ts';

const columns = 4;
const dashes: readonly string[] = ['1 3', '5 3', '9 3'];

interface Line {
  readonly contender: Contender;
  readonly points: readonly { readonly x: number; readonly y: number }[];
}

/** A metric's mean curves: a small chart for each method, with the baselines' in grey; nothing for a metric without curves. */
export function curveGrid(
  metric: EvaluationMetric,
  contenders: readonly Contender[],
  table: FigureTable,
): Html | undefined {
  const lines = contenders.flatMap((contender): Line[] => {
    const curve = table.cell(metric, contender)?.curve;
    return curve ? [{ contender, points: curve.map(({ share, score }) => ({ x: 100 * share, y: score })) }] : [];
  });
  const baselines = lines.filter(({ contender }) => contender.baseline);
  const own = lines.filter(({ contender }) => !contender.baseline);
  if (own.length === 0) return undefined;
  const places = own.map((line, i) => ({ ...line, fx: i % columns, fy: Math.floor(i / columns) }));
  const rows = Math.ceil(own.length / columns);
  const inPlace = { x: 'x', y: 'y', fx: 'fx', fy: 'fy' };
  const placed = ({ fx, fy }: (typeof places)[number], points: Line['points']) =>
    points.map((point) => ({ ...point, fx, fy }));
  const chart = drawn(`${metric.title}: mean curves of ${own.map(({ contender }) => contender.title).join(', ')}`, {
    width: 860,
    height: 60 + 170 * rows,
    marginTop: 30,
    marginRight: 12,
    fx: { axis: null, padding: 0.12 },
    fy: { axis: null, padding: 0.25 },
    x: { label: 'Pixels (%)', labelArrow: 'none', domain: [0, 100], ticks: [0, 50, 100] },
    y: {
      label: metric.id === 'region-perturbation' ? 'Drop' : 'Probability',
      labelArrow: 'none',
      grid: true,
      ticks: 4,
    },
    marks: [
      ...places.flatMap((place) =>
        baselines.map(({ points }, k) =>
          Plot.line(placed(place, points), {
            ...inPlace,
            stroke: 'var(--quiet)',
            strokeWidth: 1.2,
            strokeDasharray: dashes[k % dashes.length],
          }),
        ),
      ),
      ...places.map((place) =>
        Plot.line(placed(place, place.points), { ...inPlace, stroke: 'var(--accent)', strokeWidth: 2 }),
      ),
      Plot.text(places, {
        fx: 'fx',
        fy: 'fy',
        frameAnchor: 'top-left',
        dy: -14,
        text: ({ contender }: (typeof places)[number]) => contender.title,
        fill: 'var(--ink)',
      }),
    ],
  });
  return html`
<h3>${metric.title}</h3>
<div class="scroll" tabindex="0" role="region" aria-label="${metric.title}">${chart}</div>
<p class="note">Dotted: ${baselines[0]?.contender.title}; dashed: ${baselines[1]?.contender.title}; long dashes: ${baselines[2]?.contender.title}.</p>`;
}
