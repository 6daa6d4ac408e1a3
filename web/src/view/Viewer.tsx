import { useEffect } from 'preact/hooks';
import { attempt, chooseTool, explainEdited, undo } from '../actions.ts';
import * as state from '../state.ts';
import type { MapFacts, Picture } from '../worker/protocol.ts';
import { type Brush, beginStroke, wiped } from './brush.ts';
import { Layer } from './Layer.tsx';
import { drawLayer, drawPart, drawPicture } from './layers.ts';
import { percent, quantity } from './numbers.ts';

const tools: readonly state.Tool[] = ['look', 'hide', 'erase', 'paint'];

/** The picture with a map over it, and what can be done to it. */
export function Viewer() {
  const { view, picture: text, draw } = state.words.value;
  const seen = state.edited.value ?? state.image.value?.seen;
  const tool = state.tool.value;
  useFlickKey();
  const isDrawn = state.model.value?.isForDrawings && state.isDemo.value;
  if (!seen) {
    const isNumbers = state.image.value && state.model.value?.takes !== 'picture';
    return (
      <section class="viewer" aria-labelledby="evidence">
        <h2 id="evidence">{view.title}</h2>
        {isNumbers ? <NumberStrip /> : <p class="nothing">{state.opening.value ? '' : isDrawn ? draw.empty : ''}</p>}
        {isNumbers && <p class="note">{text.none}</p>}
      </section>
    );
  }
  return (
    <section class="viewer" aria-labelledby="evidence">
      <h2 id="evidence">{isDrawn ? draw.sees : view.title}</h2>
      <div class="tools" role="toolbar" aria-label={view.title}>
        {tools.map((one) => (
          <button
            type="button"
            key={one}
            aria-pressed={tool === one}
            disabled={one !== 'look' && !state.model.value?.isLive}
            onClick={() => attempt(() => chooseTool(one))}
          >
            {view.tools[one]}
          </button>
        ))}
      </div>
      <Stage seen={seen} tool={tool} />
      <p class="note" aria-live="polite">
        <PartWords />
      </p>
      <BrushOptions tool={tool} />
      <Controls />
      {state.edited.value && (
        <p class="beside">
          <button type="button" onClick={undo}>
            {view.undo}
          </button>
          <button type="button" onClick={() => attempt(explainEdited)}>
            {view.explainThis}
          </button>
        </p>
      )}
    </section>
  );
}

/** Below the picture, so that it does not move under the hand that chose the tool. */
function BrushOptions({ tool }: { tool: state.Tool }) {
  const { view } = state.words.value;
  if (tool !== 'erase' && tool !== 'paint') return null;
  return (
    <div class="controls">
      {tool === 'paint' && (
        <label>
          {view.colour}{' '}
          <input
            type="color"
            value={state.paint.value}
            onInput={({ currentTarget }) => (state.paint.value = currentTarget.value)}
          />
        </label>
      )}
      <label>
        {view.brush}{' '}
        <input
          type="range"
          min="0.02"
          max="0.3"
          step="0.01"
          value={state.brush.value}
          onInput={({ currentTarget }) => (state.brush.value = Number(currentTarget.value))}
        />
      </label>
    </div>
  );
}

function Stage({ seen, tool }: { seen: Picture; tool: state.Tool }) {
  const { picture: text } = state.words.value;
  const shown = state.isFlicked.value ? (state.otherMap.value ?? state.map.value) : state.map.value;
  const isSmall = seen.width <= 64;
  const pointer = stagePointer(seen, tool);
  return (
    <div class="frame">
      <div
        class={`stage ${tool} ${isSmall ? 'sharp' : ''}`}
        style={{ width: `${100 * state.zoom.value}%`, aspectRatio: `${seen.width} / ${seen.height}` }}
        {...(tool === 'hide'
          ? { tabIndex: 0, role: 'application', 'aria-label': state.words.value.view.toolHints.hide }
          : {})}
        {...pointer}
      >
        <Layer of={seen} draw={(canvas) => drawPicture(canvas, seen)} label={text.alt(state.image.value?.name ?? '')} />
        {shown && !state.edited.value && <MapLayer map={shown} />}
        {!shown && state.pen.value && !state.edited.value && (
          <Layer
            of={state.pen.value}
            class="over sharp"
            opacity={state.opacity.value}
            draw={(canvas) => state.pen.value && drawLayer(canvas, state.pen.value.cells)}
          />
        )}
        {tool === 'hide' && <PartLayer />}
      </div>
    </div>
  );
}

function MapLayer({ map }: { map: MapFacts }) {
  const inPatches = state.isInPatches.value && map.patches !== undefined;
  const layer = (inPatches ? map.patches : undefined) ?? map.cells;
  return (
    <Layer
      of={layer}
      class={inPatches || layer.width <= 64 ? 'over sharp' : 'over'}
      opacity={state.opacity.value}
      draw={(canvas) => drawLayer(canvas, layer)}
    />
  );
}

function PartLayer() {
  const regions = state.regions.value;
  const part = state.pointed.value;
  if (!regions || part === undefined) return null;
  const { labels, width, height } = regions;
  return (
    <Layer
      of={`${part}/${labels.length}`}
      class="over sharp"
      draw={(canvas) => drawPart(canvas, { width, height, isIn: (pixel) => labels[pixel] === part })}
    />
  );
}

/** What becomes of the decision without the part that is pointed at. */
function PartWords() {
  const { view } = state.words.value;
  const tool = state.tool.value;
  const part = state.pointed.value;
  const effect = part === undefined ? undefined : state.regions.value?.effects[part];
  if (tool === 'hide' && !state.regions.value) return <>{view.measuring}…</>;
  if (!effect) return <>{view.toolHints[tool]}</>;
  const isShare = state.image.value?.decision?.shares !== undefined;
  const say = isShare ? percent : quantity;
  const { without, change, decides } = effect;
  return (
    <>
      {view.part(say(without), say(without - change))}
      {decides !== undefined && <strong> {view.partDecides(decides)}</strong>}
    </>
  );
}

/** What the pointer does on the picture, by the tool. */
function stagePointer(seen: Picture, tool: state.Tool) {
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

function Controls() {
  const { view } = state.words.value;
  const { map, maps, compared, isFlicked, opacity, isInPatches, zoom } = state;
  if (!map.value) return null;
  const flick = (isOther: boolean) => () => {
    isFlicked.value = isOther;
  };
  return (
    <div class="controls">
      <label>
        {view.opacity}{' '}
        <input
          type="range"
          min="0"
          max="1"
          step="0.02"
          value={opacity.value}
          onInput={({ currentTarget }) => (opacity.value = Number(currentTarget.value))}
        />
      </label>
      <label>
        {view.zoom}{' '}
        <input
          type="range"
          min="1"
          max="4"
          step="0.25"
          value={zoom.value}
          onInput={({ currentTarget }) => (zoom.value = Number(currentTarget.value))}
        />
      </label>
      {map.value.patches && (
        <label>
          <input
            type="checkbox"
            checked={isInPatches.value}
            onChange={({ currentTarget }) => (isInPatches.value = currentTarget.checked)}
          />{' '}
          {view.patches}
        </label>
      )}
      {maps.value.length > 1 && (
        <label>
          {view.compare}{' '}
          <select
            value={compared.value ?? ''}
            onChange={({ currentTarget: { value } }) => (compared.value = value || undefined)}
          >
            <option value="">{view.noCompare}</option>
            {maps.value
              .filter(({ key }) => key !== map.value?.key)
              .map((one) => (
                <option key={one.key} value={one.key}>
                  {titleOf(one)}
                </option>
              ))}
          </select>
        </label>
      )}
      {compared.value && (
        <button
          type="button"
          title={view.flickHint}
          aria-pressed={isFlicked.value}
          onPointerDown={flick(true)}
          onPointerUp={flick(false)}
          onPointerLeave={flick(false)}
        >
          {view.flick}
        </button>
      )}
    </div>
  );
}

/** What a map is called among the others. */
export function titleOf({ title, rival }: MapFacts): string {
  return rival === undefined ? title : state.words.value.maps.ratherThan(title, rival);
}

/** The other map while F is held, wherever one is not writing. */
function useFlickKey(): void {
  useEffect(() => {
    const set = (isOther: boolean) => (event: KeyboardEvent) => {
      const isWriting = event.target instanceof HTMLInputElement || event.target instanceof HTMLTextAreaElement;
      if (event.key.toLowerCase() === 'f' && !event.ctrlKey && !event.metaKey && !isWriting)
        state.isFlicked.value = isOther;
    };
    const [down, up] = [set(true), set(false)];
    addEventListener('keydown', down);
    addEventListener('keyup', up);
    return () => {
      removeEventListener('keydown', down);
      removeEventListener('keyup', up);
    };
  }, []);
}

/** A map of numbers in a row. */
function NumberStrip() {
  const { value: map } = state.map;
  if (!map) return null;
  return (
    <div class="frame strip">
      <Layer of={map.cells} class="sharp" draw={(canvas) => drawLayer(canvas, map.cells)} label={titleOf(map)} />
    </div>
  );
}
