import * as state from '../state.ts';
import type { Picture } from '../worker/protocol.ts';
import { type Brush, beginStroke, wiped } from './brush.ts';

/** What the pointer does on the picture, by the tool. */
export function stagePointer(seen: Picture, tool: state.Tool) {
  if (tool === 'look') return {};
  const place = (event: PointerEvent & { readonly currentTarget: HTMLElement }) => {
    const { left, top, width, height } = event.currentTarget.getBoundingClientRect();
    return { x: (event.clientX - left) / width, y: (event.clientY - top) / height };
  };
  if (tool === 'hide') {
    const point = (event: PointerEvent & { readonly currentTarget: HTMLElement }) => {
      const { regions, pointed } = state;
      if (!regions.value) return;
      const { x, y } = place(event);
      const { width, height, labels } = regions.value;
      pointed.value =
        labels[Math.min(height - 1, Math.floor(y * height)) * width + Math.min(width - 1, Math.floor(x * width))];
    };
    return {
      onPointerMove: point,
      onPointerDown: point,
      onPointerLeave: () => {
        state.pointed.value = undefined;
      },
      onKeyDown: (event: KeyboardEvent) => {
        const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
        const count = state.regions.value?.effects.length ?? 0;
        if (step === undefined || count === 0) return;
        event.preventDefault();
        state.pointed.value = ((state.pointed.value ?? (step > 0 ? -1 : 0)) + step + count) % count;
      },
    };
  }
  const brush = (): Brush => ({
    radius: state.brush.value,
    colour: tool === 'erase' ? wiped(seen) : state.paint.value,
  });
  return {
    onPointerDown: (event: PointerEvent & { readonly currentTarget: HTMLElement }) => {
      event.currentTarget.setPointerCapture(event.pointerId);
      beginStroke(seen, place(event), brush());
    },
    onPointerMove: (event: PointerEvent & { readonly currentTarget: HTMLElement }) => {
      if (event.buttons !== 0) beginStroke(seen, place(event), brush());
    },
  };
}
