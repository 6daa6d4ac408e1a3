import { attempt, look, openDemo, speak } from '../actions.ts';
import { dropFiles } from '../dropped.ts';
import { isDemo, isKept, language, machine, theme, words } from '../state.ts';

export function Header() {
  const { open, looks, machine: text, skipTo } = words.value;
  return (
    <header class="top">
      <a class="skip" href="#decision">
        {skipTo}
      </a>
      <p class="brand">
        <img src="./icon.svg" alt="" width="28" height="28" /> konkyo <span lang="ja">根拠</span>
      </p>
      <div class="doors">
        <FileButton label={open.model} accept=".onnx,.data,.json,.txt,.bin" isMain />
        <FileButton label={open.pictures} accept="image/*,.npy,.npz,.csv,.tsv" />
        {!isDemo.value && (
          <button type="button" class="plain" onClick={() => attempt(openDemo)}>
            {open.demo}
          </button>
        )}
      </div>
      <div class="looks">
        <span class="private">{text.private}</span>
        <label class="aside" for="language">
          {looks.language}
        </label>
        <select
          id="language"
          value={language.value}
          onChange={({ currentTarget }) => attempt(() => speak(currentTarget.value === 'ja' ? 'ja' : 'en'))}
        >
          <option value="en">English</option>
          <option value="ja">日本語</option>
        </select>
        <label class="aside" for="theme">
          {looks.theme}
        </label>
        <select
          id="theme"
          value={theme.value}
          onChange={({ currentTarget: { value } }) => look(value === 'light' || value === 'dark' ? value : 'system')}
        >
          <option value="system">{looks.system}</option>
          <option value="light">{looks.light}</option>
          <option value="dark">{looks.dark}</option>
        </select>
      </div>
    </header>
  );
}

function FileButton({ label, accept, isMain = false }: { label: string; accept: string; isMain?: boolean }) {
  return (
    <label class={isMain ? 'button main' : 'button'}>
      {label}
      <input
        type="file"
        class="aside"
        multiple
        accept={accept}
        onChange={({ currentTarget }) => {
          const files = [...(currentTarget.files ?? [])];
          currentTarget.value = '';
          if (files.length > 0) dropFiles(files);
        }}
      />
    </label>
  );
}

/** What it runs on, at the page's foot. */
export function Footer() {
  const { machine: text, offline } = words.value;
  const { value } = machine;
  return (
    <footer>
      {value ? (
        <p>
          {value.runtime}: {text[value.device](value.threads)}
          {value.why && `. ${text.why[value.why]}`}
        </p>
      ) : (
        <p>{text.starting}…</p>
      )}
      <p>
        {text.private}. {isKept.value && offline}
      </p>
    </footer>
  );
}
