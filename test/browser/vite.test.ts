import { existsSync } from 'node:fs';
import { cp, mkdir, readdir, readFile, realpath, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Browser, chromium } from 'playwright-core';
import { build, createServer, type PreviewServer, preview, type ViteDevServer } from 'vite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { inputXGradient } from '../../src/attribution/gradient/inputXGradient.ts';
import { loadClassifier } from '../../src/model/loadClassifier.ts';
import { float32 } from '../../src/onnx/tensor.ts';
import { writeModel } from '../../src/onnx/writeModel.ts';
import { certifiedFile } from '../../src/studies/noncontributing/certifiedFile.ts';
import { certifySquares } from '../../src/studies/noncontributing/certifiedSquares.ts';
import { networkModel } from '../../src/training/network.ts';
import { base64, fromBase64, readCertificate, writeCertificate } from '../../src/verifier/certificateFile.ts';
import { compileKonkyo, type Konkyo } from '../cli/konkyo.ts';
import { cpu } from '../runtimes.ts';

const executablePath = '/usr/bin/chromium';
const lenet = 'test/reference/lenet.onnx';
/** Without a frame for so long, ms, a page feels dead; generous, for machines that are busy. */
const longestFreeze = 500;

describe.skipIf(!existsSync(executablePath))("the example for Vite, in Chromium (needs Debian's chromium)", () => {
  let konkyo: Konkyo;
  let browser: Browser;
  let server: ViteDevServer;
  let built: PreviewServer;
  let expected: { readonly score: number; readonly sum: number };

  beforeAll(async () => {
    konkyo = await compileKonkyo();
    const root = await app(konkyo.folder);
    const quiet = { root, logLevel: 'error', configFile: join(root, 'vite.config.ts') } as const;
    const flags = ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-component-update'];
    [server, browser, expected] = await Promise.all([
      createServer({ ...quiet, server: { port: 0, watch: null } }),
      chromium.launch({ executablePath, args: flags }),
      native(),
      build({
        ...quiet,
        build: { rolldownOptions: { input: ['index.html', 'verify.html'].map((name) => join(root, name)) } },
      }),
    ]);
    await server.listen();
    built = await preview({ ...quiet, preview: { port: 0 } });
  });

  afterAll(async () => {
    await browser?.close();
    await built?.close();
    await server?.close();
    await konkyo?.remove();
  });

  /** What the page says, and the errors on its console. */
  async function open(address: string) {
    const page = await browser.newPage();
    const errors: string[] = [];
    page.on('pageerror', (error) => errors.push(String(error)));
    await page.goto(address);
    await page.waitForSelector('#state:not(:text("Loading."))');
    const text = (await page.textContent('#state')) ?? '';
    const report = await (await page.$('iframe'))?.getAttribute('srcdoc');
    await page.close();
    return { text, errors, report };
  }

  const addressOf = ({ resolvedUrls }: ViteDevServer | PreviewServer) => resolvedUrls?.local[0] ?? '';

  it.each([1, 2])(
    'explains as native ONNX Runtime does, with %i threads: dev server and production build',
    async (threads) => {
      for (const address of [addressOf(server), addressOf(built)]) {
        const { text, errors } = await open(`${address}?threads=${threads}&here`);
        expect(errors).toEqual([]);
        const answer = JSON.parse(text);
        expect(answer.threads).toBe(threads);
        // Two builds of ONNX Runtime, which round differently.
        expect(answer.score).toBeCloseTo(expected.score, 4);
        expect(answer.sum).toBeCloseTo(expected.sum, 4);
      }
    },
  );

  it.each([
    ['dev server', 1],
    ['production build', 2],
  ])('never freezes the page while a worker explains: %s, threads: %i', async (name, threads) => {
    const address = addressOf(name === 'dev server' ? server : built);
    const { text, errors, report } = await open(`${address}?threads=${threads}`);
    expect(errors).toEqual([]);
    const { frames, longestGap, ...answer } = JSON.parse(text);
    expect(answer).toEqual({
      threads,
      score: expect.closeTo(expected.score, 4),
      sum: expect.closeTo(expected.sum, 4),
    });
    expect(report).toContain('noise');
    console.log(`${name}, threads: ${threads}: ${frames} frames, ${Math.round(longestGap)} ms at most between two`);
    expect(longestGap).toBeLessThan(longestFreeze);
  });

  it('says what to do where threads load the app in the place of ONNX Runtime', async () => {
    const { text } = await open(`${addressOf(built)}?threads=2&bundled`);
    expect(text).toMatch(/threads did not start within 5 s.*files: \{ mjs, wasm \}/);
  });

  it('proves a certificate anew in the page, and refuses a forged one and one that was changed', async () => {
    const { text, errors } = await open(`${addressOf(built)}verify.html`);
    expect(errors).toEqual([]);
    const { whole, forged, changed, other } = JSON.parse(text);
    expect(whole).toMatchObject({ elements: 36, bounds: 2 });
    expect(whole.held).toBeLessThan(36);
    expect(whole.lowestMargin).toBeGreaterThan(0);
    expect(forged).toMatch(/^certificate: The proof does not hold/);
    expect(changed).toMatch(/^certificate: The certificate was changed after it was written/);
    expect(other).toMatch(/^certificate: The certificate is about another model/);
  });

  it('refuses several threads on a page that is not cross-origin isolated', async () => {
    const open2 = await preview({
      root: built.config.root,
      logLevel: 'error',
      configFile: false,
      preview: { port: 0 },
    });
    const { text } = await open(`${addressOf(open2)}?threads=2&here`);
    await open2.close();
    expect(text).toMatch(/not cross-origin isolated.*Cross-Origin-Opener-Policy/);
  });
});

/** The example as a user has it: konkyo in node_modules, as published. */
async function app(folder: string): Promise<string> {
  const root = join(folder, 'app');
  await cp('examples/vite', root, { recursive: true });
  await mkdir(join(root, 'public'));
  await cp(lenet, join(root, 'public', 'model.onnx'));
  await addVerifying(root);
  await mkdir(join(root, 'node_modules', 'konkyo'), { recursive: true });
  for (const name of ['dist', 'package.json'])
    await cp(join(folder, name), join(root, 'node_modules', 'konkyo', name), { recursive: true });
  for (const name of await readdir('node_modules')) {
    if (!name.startsWith('.'))
      await symlink(await realpath(join('node_modules', name)), join(root, 'node_modules', name));
  }
  return root;
}

/** A page that proves certificates: one that holds, one with a larger box and a right hash of its own, and one with a letter changed. */
async function addVerifying(root: string): Promise<void> {
  const flat = { type: 'flatten', name: 'flatten' } as const;
  const hidden = { type: 'dense', name: 'one', units: 6, activation: 'relu' } as const;
  const last = { type: 'dense', name: 'two', units: 3, activation: 'none' } as const;
  const model = writeModel(networkModel({ name: 'small', input: [1, 6, 6], layers: [flat, hidden, last] }, 1));
  const classifier = await loadClassifier(model, { runtime: cpu });
  const image = float32(
    [1, 1, 6, 6],
    Array.from({ length: 36 }, (_, i) => (i % 7) / 7),
  );
  const [found] = await certifySquares(classifier, image);
  await classifier.release();
  if (!found?.anywhere) throw new Error('no square is proved');
  const whole = await certifiedFile(classifier, image, found.anywhere);
  const content = await readCertificate(whole);
  const { low, high } = content.box;
  const wider = (side: string, by: number) => base64(fromBase64(side, 8).map((value) => value + by));
  const files = {
    'small.onnx': model,
    'whole.json': whole,
    'forged.json': await writeCertificate({ ...content, box: { low: wider(low, -3), high: wider(high, 3) } }),
    'changed.json': whole.replace('"rival":', '"rival": 1'),
  };
  for (const [name, contents] of Object.entries(files)) await writeFile(join(root, 'public', name), contents);
  await writeFile(
    join(root, 'verify.html'),
    `<!doctype html><title>Verify</title><p id="state">Loading.</p><script type="module">
import { verifyCertificate } from 'konkyo/studies';
const read = (name) => fetch(name).then((response) => response.arrayBuffer());
async function said(name, model) {
  try {
    return await verifyCertificate(new TextDecoder().decode(await read(name)), new Uint8Array(await read(model)));
  } catch (error) {
    return error.tag + ': ' + error.message;
  }
}
const [whole, forged, changed] = await Promise.all(['whole.json', 'forged.json', 'changed.json'].map((name) => said(name, 'small.onnx')));
const other = await said('whole.json', 'model.onnx');
document.querySelector('#state').textContent = JSON.stringify({ whole, forged, changed, other });
</script>`,
  );
}

async function native() {
  const classifier = await loadClassifier(await readFile(lenet), { runtime: cpu });
  const { channels, height, width } = classifier.input;
  const pixels = Array.from({ length: channels * height * width }, (_, i) => (i % 7) / 7);
  const explainer = await inputXGradient().compile(classifier);
  const { values, scores } = await explainer.attribute(float32([1, channels, height, width], pixels), [3]);
  await explainer.release();
  await classifier.release();
  return { score: scores[0] ?? Number.NaN, sum: values.data.reduce((sum, value) => sum + value, 0) };
}
