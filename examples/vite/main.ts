import type { Answer, Asked } from './explain.ts';
import { watchFrames } from './frames.ts';

/*
 * Explains a picture of noise in a worker and shows the report. In the address: ?threads=2; &here to explain in the page itself, without
 * a report; &bundled for what happens where the threads are given no files of their own.
 */

const address = new URLSearchParams(location.search);
const isHere = address.has('here');
const asked: Asked = {
  threads: Number(address.get('threads') ?? 1),
  isBundled: address.has('bundled'),
  hasReport: !isHere,
};

async function inPage(): Promise<Answer> {
  const { explain } = await import('./explain.ts');
  return explain(asked);
}

async function inWorker(): Promise<Answer> {
  const worker = new Worker(new URL('./explainer.ts', import.meta.url), { type: 'module' });
  try {
    return await new Promise((resolve, reject) => {
      worker.onmessage = ({ data }: MessageEvent<{ readonly answer?: Answer; readonly failed?: string }>) =>
        data.answer ? resolve(data.answer) : reject(data.failed);
      worker.onerror = ({ message }) => reject(message);
      worker.postMessage(asked);
    });
  } finally {
    worker.terminate();
  }
}

const state = document.querySelector('#state');
const report = document.querySelector('iframe');
if (!state || !report) throw new Error('The page has no place for the answer.');
const frames = watchFrames();
(isHere ? inPage() : inWorker()).then(
  ({ page, ...answer }) => {
    state.textContent = JSON.stringify({ ...answer, ...frames() });
    if (page !== undefined) report.srcdoc = page;
  },
  (error: unknown) => {
    state.textContent = String(error);
  },
);
