import { useEffect } from 'preact/hooks';
import { attempt } from '../actions/attempt.ts';
import { chooseTool, explainEdited, undo } from '../actions/changing.ts';
import * as state from '../state.ts';
import { BrushOptions, Controls } from './Controls.tsx';
import { Layer } from './Layer.tsx';
import { drawLayer } from './layers.ts';
import { percent, quantity } from './numbers.ts';
import { Stage } from './Stage.tsx';
import { titleOf } from './titleOf.ts';

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
            onClick={() => chooseTool(one)}
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
