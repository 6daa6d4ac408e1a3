import { useEffect, useRef } from 'preact/hooks';
import { attempt } from '../actions/attempt.ts';
import { follow } from '../actions/drawing.ts';
import { choices, model, pen, words } from '../state.ts';
import { drawnPicture } from './drawnDigit.ts';

/** Pixels of the pad's side: fine enough for a pen, little enough to be read at every stroke. */
const side = 196;
const penWidth = 17;
/** The first drawing, as if by hand: a 3, in shares of the side. */
const three: readonly (readonly [number, number])[] = [
  [0.31, 0.27],
  [0.4, 0.2],
  [0.53, 0.19],
  [0.63, 0.25],
  [0.64, 0.35],
  [0.57, 0.43],
  [0.45, 0.47],
  [0.58, 0.5],
  [0.68, 0.58],
  [0.68, 0.7],
  [0.59, 0.79],
  [0.45, 0.81],
  [0.31, 0.74],
];

/** A pad to draw on, for models of small grey pictures: the decision follows the pen. */
export function DrawPad() {
  const canvas = useRef<HTMLCanvasElement>(null);
  const last = useRef<readonly [number, number] | undefined>(undefined);
  const { draw } = words.value;
  const facts = model.value;

  const context = () => {
    const found = canvas.current?.getContext('2d', { willReadFrequently: true });
    if (!found) throw new Error('This browser draws on no canvas.');
    return found;
  };
  const changed = () => {
    if (!facts) return;
    const { data } = context().getImageData(0, 0, side, side);
    const ink = Uint8Array.from({ length: side * side }, (_, pixel) => data[4 * pixel] ?? 0);
    attempt(() => follow(drawnPicture(ink, side, facts.input)));
  };
  const clear = () => {
    const drawing = context();
    drawing.fillStyle = '#000';
    drawing.fillRect(0, 0, side, side);
  };
  const line = ([fromX, fromY]: readonly [number, number], [toX, toY]: readonly [number, number]) => {
    const drawing = context();
    drawing.strokeStyle = '#fff';
    drawing.lineWidth = penWidth;
    drawing.lineCap = 'round';
    drawing.beginPath();
    drawing.moveTo(fromX, fromY);
    drawing.lineTo(toX, toY);
    drawing.stroke();
  };
  // Once for a model, whatever else changes.
  useEffect(() => {
    clear();
    // Who came with a picture of their own wants to see that.
    if (choices.value.length > 0) return;
    const points = three.map(([x, y]) => [x * side, y * side] as const);
    for (const [i, point] of points.entries()) if (i > 0) line(points[i - 1] ?? point, point);
    changed();
  }, [facts?.sha256]);

  const place = ({ offsetX, offsetY }: PointerEvent): readonly [number, number] => {
    const { clientWidth = side, clientHeight = side } = canvas.current ?? {};
    return [(offsetX * side) / clientWidth, (offsetY * side) / clientHeight];
  };
  return (
    <section class="pad" aria-labelledby="draw">
      <h2 id="draw">{draw.title}</h2>
      <p class="note">{draw.hint}</p>
      <canvas
        ref={canvas}
        width={side}
        height={side}
        role="img"
        aria-label={draw.title}
        onPointerDown={(event) => {
          event.currentTarget.setPointerCapture(event.pointerId);
          last.current = place(event);
          line(last.current, last.current);
          changed();
        }}
        onPointerMove={(event) => {
          if (!last.current) return;
          const now = place(event);
          line(last.current, now);
          last.current = now;
          changed();
        }}
        onPointerUp={() => {
          last.current = undefined;
        }}
        onPointerCancel={() => {
          last.current = undefined;
        }}
      />
      <p class="beside">
        <button
          type="button"
          onClick={() => {
            clear();
            changed();
          }}
        >
          {draw.clear}
        </button>
        <span class="note">{pen.value ? draw.ms(pen.value.milliseconds) : draw.empty}</span>
      </p>
    </section>
  );
}
