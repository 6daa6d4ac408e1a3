import { expect, it } from 'vitest';
import { barChart, lineChart } from '../../src/report/drawing/chart.ts';

it('a line chart has a line for each series, its name, and the axes’ labels', () => {
  const series = ['own', 'other'].map((label, i) => ({
    label,
    points: [
      { x: 0, y: i },
      { x: 1, y: i + 1 },
    ],
  }));
  const { text } = lineChart({ description: 'Loss', x: { label: 'Epoch' }, y: { label: 'Loss (nats)' }, series });
  expect(text).toMatch(/^<svg/);
  expect(text.match(/<g[^>]* aria-label="line"[^>]*><path/g)).toHaveLength(2);
  for (const label of ['own', 'other', 'Epoch', 'Loss (nats)']) expect(text).toContain(label);
});

it('a bar chart has a bar for each value', () => {
  const bars = [
    { label: 'a', value: 1 },
    { label: 'b', value: 2 },
  ];
  const { text } = barChart({ description: 'Bars', x: { label: 'Class' }, y: { label: 'Images' }, bars });
  expect(text.match(/<rect/g)).toHaveLength(2);
});
