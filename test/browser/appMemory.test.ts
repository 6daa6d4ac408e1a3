import { readFile } from 'node:fs/promises';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeNpy } from '../../src/datasets/npy.ts';
import { writeModel } from '../../src/onnx/writeModel.ts';
import { built, dense, node, value, weights } from '../networks.ts';
import { type AppInBrowser, appInBrowser, hasChromium, openFiles, waitForDecision } from './appPage.ts';

const models = 8;
const mimeType = 'application/octet-stream';

/** Large for what it computes: what is kept of it would be seen. */
function largeModel(): Uint8Array {
  const model = built(value('x', ['n', 3, 32, 32]), ['n', 10], (builder, x) => {
    builder.append(node('Flatten', [x], ['flat']));
    builder.append(node('Relu', [dense(builder, 'flat', 3072, 1024)], ['hidden']));
    return dense(builder, 'hidden', 1024, 10);
  });
  return writeModel(model);
}

/** MB that the operating system holds for the app's page with its worker, the largest of the browser's pages, once garbage is collected. */
async function resident({ browser }: AppInBrowser, collect: () => Promise<void>): Promise<number> {
  await collect();
  const session = await browser.newBrowserCDPSession();
  const { processInfo } = await session.send('SystemInfo.getProcessInfo');
  await session.detach();
  const sizes = processInfo
    .filter(({ type }) => type === 'renderer')
    .map(async ({ id }) => Number(/VmRSS:\s+(\d+)/.exec(await readFile(`/proc/${id}/status`, 'utf8'))?.[1]) / 1024);
  return Math.max(...(await Promise.all(sizes)));
}

/** Has page and worker collect garbage. Sessions of workers are reached through their page's. */
async function collector(page: Page): Promise<() => Promise<void>> {
  const session = await page.context().newCDPSession(page);
  const collected = new Set<() => void>();
  const worker = new Promise<string>((resolve) =>
    session.on('Target.attachedToTarget', ({ sessionId, targetInfo }) => {
      if (targetInfo.type === 'worker') resolve(sessionId);
    }),
  );
  session.on('Target.receivedMessageFromTarget', () => {
    for (const done of collected) done();
    collected.clear();
  });
  await session.send('Target.setAutoAttach', { autoAttach: true, waitForDebuggerOnStart: false, flatten: false });
  const sessionId = await worker;
  return async () => {
    await session.send('HeapProfiler.collectGarbage');
    const message = JSON.stringify({ id: 1, method: 'HeapProfiler.collectGarbage' });
    const done = new Promise<void>((resolve) => collected.add(resolve));
    await session.send('Target.sendMessageToTarget', { sessionId, message });
    await done;
  };
}

describe.skipIf(!hasChromium)("the browser app's memory (needs Debian's chromium)", () => {
  let app: AppInBrowser;
  let page: Page;
  let errors: readonly string[];
  beforeAll(async () => {
    app = await appInBrowser();
    ({ page, errors } = await app.visit());
    page.setDefaultTimeout(180_000);
    await waitForDecision(page, '3');
  });
  afterAll(() => app?.close());

  it('does not grow with the models that were dropped: each is let go for the next', async () => {
    const bytes = largeModel();
    const array = writeNpy({ ...weights([1, 3, 32, 32]), dims: [1, 3, 32, 32] });
    const open = async (index: number) => {
      await openFiles(page, [
        { name: `model-${index}.onnx`, mimeType, buffer: Buffer.from(bytes) },
        { name: `image-${index}.npy`, mimeType, buffer: Buffer.from(array) },
      ]);
      await page.waitForSelector(`.stage [aria-label^="image-${index}.npy"]`);
      await page.waitForSelector('.card');
    };
    const collect = await collector(page);
    const sizes: number[] = [];
    for (let index = 0; index < models; index++) {
      await open(index);
      sizes.push(Math.round(await resident(app, collect)));
    }
    const megabytes = bytes.length / 2 ** 20;
    console.log(`memory: a model of ${megabytes.toFixed(1)} MB ${models} times: ${sizes} MB`);
    // What the browser holds wavers by twice a model. Each model that stayed would add three times its own size: its weights,
    // and those of the graphs that explain it. So the smallest of three are compared, four models apart.
    const lowest = (some: readonly number[]) => Math.min(...some);
    expect(lowest(sizes.slice(-3)) - lowest(sizes.slice(1, 4))).toBeLessThan(4 * megabytes);
    expect(errors).toEqual([]);
  });
});
