import { type Asked, explain } from './explain.ts';

/* The worker: what takes long is done here, so that the page goes on answering. */

self.onmessage = async ({ data }: MessageEvent<Asked>) => {
  try {
    self.postMessage({ answer: await explain(data) });
  } catch (error) {
    self.postMessage({ failed: String(error) });
  }
};
