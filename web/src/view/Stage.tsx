import * as state from '../state.ts';
import type { MapFacts, Picture } from '../worker/protocol.ts';
import { Layer } from './Layer.tsx';
import { drawLayer, drawPart, drawPicture } from './layers.ts';
import { stagePointer } from './stagePointer.ts';

/** The picture, the map over it, and what the tool in hand shows. */
export function Stage({ seen, tool }: { seen: Picture; tool: state.Tool }) {
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
