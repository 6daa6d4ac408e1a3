import type { OpenedModel } from './openedModel.ts';

/** The command that makes the same page on the command line. */
export function commandFor({ facts, request }: OpenedModel, image: string): string {
  const { order, scale, mean, std, layout, size, classes } = request.settings;
  const flags = Object.entries({
    layout,
    size: Array.isArray(size) ? size.join('x') : size,
    order,
    scale,
    mean: listed(mean),
    std: listed(std),
    ...(classes ? { classes: 'classes.txt' } : {}),
  }).flatMap(([name, value]) => (value === undefined ? [] : [`--${name}`, shell(String(value))]));
  return ['konkyo', 'explain', shell(facts.name), shell(image), ...flags].join(' ');
}

function listed(values: number | readonly number[] | undefined): string | undefined {
  if (values === undefined) return undefined;
  return typeof values === 'number' ? String(values) : values.join(',');
}

/** A word as a shell reads it as one. */
function shell(word: string): string {
  return /^[\w./:,@%+-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
