import * as state from '../state.ts';
import { titleOf } from './titleOf.ts';

/** Below the picture, so that it does not move under the hand that chose the tool. */
export function BrushOptions({ tool }: { tool: state.Tool }) {
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

/** How the map is looked at. */
export function Controls() {
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
