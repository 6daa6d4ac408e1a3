import { useLayoutEffect, useRef } from 'preact/hooks';

/** A canvas that is drawn again whenever what it shows changes. */
export function Layer({
  draw,
  of,
  class: name,
  opacity,
  label,
}: {
  readonly draw: (canvas: HTMLCanvasElement) => void;
  /** What is drawn: it is compared by identity. */
  readonly of: unknown;
  readonly class?: string;
  readonly opacity?: number;
  readonly label?: string;
}) {
  const canvas = useRef<HTMLCanvasElement>(null);
  // What is drawn follows from `of`.
  useLayoutEffect(() => {
    if (canvas.current) draw(canvas.current);
  }, [of]);
  const named = label === undefined ? { 'aria-hidden': true as const } : { role: 'img' as const, 'aria-label': label };
  return <canvas ref={canvas} class={name} style={opacity === undefined ? undefined : { opacity }} {...named} />;
}
