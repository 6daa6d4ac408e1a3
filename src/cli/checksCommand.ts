import type { Command } from 'commander';
import type { EvaluationMetric } from '../faithfulness/evaluation/metric.ts';
import { defaultMetrics, evaluationMetrics } from '../faithfulness/evaluation/metrics.ts';
import { printJson, printResult } from './streams.ts';

export function addChecksCommand(program: Command): void {
  program
    .command('checks')
    .description('list the metrics of maps that "konkyo evaluate" has, with their papers')
    .option('--json', 'as JSON')
    .action((flags: { readonly json?: boolean }) =>
      flags.json ? printJson(evaluationMetrics.map(asJson)) : printResult(inWords()),
    );
}

function asJson(metric: EvaluationMetric) {
  const { id, title, about, paper, kind, larger, settings, needsMasks = false } = metric;
  return { id, title, about, paper, kind, larger, settings, needsMasks, default: defaultMetrics.includes(metric) };
}

function inWords(): string {
  const width = Math.max(...evaluationMetrics.map(({ id }) => id.length));
  const indent = ' '.repeat(width + 2);
  const lines = evaluationMetrics.flatMap((metric) => {
    const notes = [
      ...(defaultMetrics.includes(metric) ? ['measured by default'] : []),
      ...(metric.needsMasks ? ['needs --masks'] : []),
    ];
    return [
      `${metric.id.padEnd(width)}  ${metric.about}`,
      `${indent}${metric.paper}${notes.length > 0 ? ` (${notes.join(', ')})` : ''}`,
    ];
  });
  return `${lines.join('\n')}\n`;
}
