import { spawn } from 'node:child_process';
import { cp, mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer, get, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { appHeaders, metaPolicy } from '../../src/node/appHeaders.ts';
import { type AppServer, serveApp } from '../../src/node/appServer.ts';
import { built } from './build.ts';
import { compileKonkyo, type Konkyo } from './konkyo.ts';

const here = { host: '127.0.0.1', port: 0 } as const;

/** A built app, as small as can be, with a file beside it that is nobody's business. */
async function writeApp(folder: string): Promise<void> {
  await mkdir(join(folder, 'assets'), { recursive: true });
  await writeFile(join(folder, 'index.html'), '<!doctype html><title>konkyo</title>');
  await writeFile(join(folder, 'serviceWorker.js'), '');
  await writeFile(join(folder, 'manifest.webmanifest'), '{}');
  await writeFile(join(folder, 'assets', 'main-1a2b3c4d.js'), 'export {};');
  await writeFile(join(folder, 'assets', 'ort-1a2b3c4d.wasm'), Uint8Array.of(0, 97, 115, 109));
  await writeFile(join(folder, 'assets', 'digits-1a2b3c4d.onnx'), Uint8Array.of(8));
  await writeFile(join(folder, '..', 'secret.txt'), 'secret');
}

describe('the server of the browser app', () => {
  let folder: string;
  let server: AppServer;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'konkyo-app-'));
    await writeApp(join(folder, 'webapp'));
    server = await serveApp(join(folder, 'webapp'), here);
  });
  afterAll(async () => {
    await server.close();
    await rm(folder, { recursive: true });
  });

  /** A path goes out as it is: `fetch` would tidy it up. */
  function ask(path: string, method = 'GET') {
    const { hostname, port } = new URL(server.address);
    return new Promise<{ status?: number; headers: Readonly<Record<string, unknown>>; text: string }>((done, fail) => {
      request({ hostname, port, path, method }, (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (more) => {
          text += more;
        });
        response.on('end', () => done({ status: response.statusCode, headers: response.headers, text }));
      })
        .on('error', fail)
        .end();
    });
  }

  it.each([
    ['/', 'text/html;charset=utf-8', 'no-cache'],
    ['/index.html', 'text/html;charset=utf-8', 'no-cache'],
    ['/serviceWorker.js', 'text/javascript', 'no-cache'],
    ['/manifest.webmanifest', 'application/manifest+json', 'no-cache'],
    ['/assets/main-1a2b3c4d.js', 'text/javascript', 'public, max-age=31536000, immutable'],
    ['/assets/ort-1a2b3c4d.wasm', 'application/wasm', 'public, max-age=31536000, immutable'],
    ['/assets/digits-1a2b3c4d.onnx', 'application/octet-stream', 'public, max-age=31536000, immutable'],
  ])('%s is %s, %s', async (path, type, cache) => {
    const { status, headers } = await ask(path);
    expect(status).toBe(200);
    expect(headers).toMatchObject({ 'content-type': type, 'cache-control': cache });
  });

  it.each(['/', '/assets/main-1a2b3c4d.js', '/nothing'])(
    '%s isolates the page and forbids what leaves it',
    async (path) => {
      const { headers } = await ask(path);
      expect(headers).toMatchObject({
        'cross-origin-opener-policy': 'same-origin',
        'cross-origin-embedder-policy': 'require-corp',
        'cross-origin-resource-policy': 'same-origin',
        'content-security-policy':
          "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'; style-src 'self'; " +
          "img-src 'self' blob: data:; connect-src 'self'; manifest-src 'self'; frame-src blob:; base-uri 'none'; " +
          "form-action 'none'; frame-ancestors 'none'",
        'x-content-type-options': 'nosniff',
        'referrer-policy': 'no-referrer',
      });
    },
  );

  it('a page elsewhere gets the same policy, without what a meta element cannot say', () =>
    expect(`${metaPolicy}; frame-ancestors 'none'`).toBe(appHeaders['Content-Security-Policy']));

  it.each([
    '/nothing',
    '/assets',
    '/../secret.txt',
    '/assets/../../secret.txt',
    '/..%2fsecret.txt',
    '/%2e%2e/secret.txt',
    '/..\\secret.txt',
    '/%00',
    '/%',
    '//etc/passwd',
    'http://elsewhere.example/../secret.txt',
  ])('%s is not found', async (path) => {
    const { status, text } = await ask(path);
    expect(status).toBe(404);
    expect(text).toBe('The app has no such file.\n');
  });

  it('answers a question for the head only without the body, and takes nothing', async () => {
    expect(await ask('/', 'HEAD')).toMatchObject({ status: 200, text: '' });
    for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS'])
      expect(await ask('/', method)).toMatchObject({ status: 405, headers: { allow: 'GET, HEAD' } });
  });

  it('serves what was built since it started', async () => {
    await writeFile(join(folder, 'webapp', 'new.js'), '"new"');
    expect((await ask('/new.js')).text).toBe('"new"');
    await rm(join(folder, 'webapp', 'new.js'));
    expect((await ask('/new.js')).status).toBe(404);
  });

  it('closes although a browser holds its connection', async () => {
    const other = await serveApp(join(folder, 'webapp'), here);
    await new Promise((done) => get(other.address, done));
    await other.close();
    await expect(fetch(other.address)).rejects.toThrow();
  });
});

describe('konkyo app', () => {
  let konkyo: Konkyo;
  /** konkyo with an app, which the one that tests share has not. */
  let main: string;

  beforeAll(async () => {
    konkyo = await compileKonkyo();
    const own = join(konkyo.folder, 'own');
    await cp(await realpath(join(built, 'dist')), join(own, 'dist'), { recursive: true });
    await cp(await realpath(join(built, 'package.json')), join(own, 'package.json'));
    await symlink(resolve('node_modules'), join(own, 'node_modules'));
    await writeApp(join(own, 'dist', 'webapp'));
    main = join(own, 'dist', 'cli', 'main.js');
  });
  afterAll(() => konkyo.remove());

  /** Runs it until it says its address, and what `whileIt` does is done; then it gets the signal. */
  async function serving(args: readonly string[], signal: NodeJS.Signals, whileIt: (address: string) => Promise<void>) {
    const child = spawn(process.execPath, [main, 'app', ...args], { cwd: konkyo.folder });
    let [stdout, stderr] = ['', ''];
    child.stderr.setEncoding('utf8').on('data', (text) => {
      stderr += text;
    });
    const ended = new Promise<number | null>((done) => child.on('close', done));
    await new Promise<void>((done) => {
      child.stdout.setEncoding('utf8').on('data', (text) => {
        stdout += text;
        if (stdout.endsWith('\n')) done();
      });
      void ended.then(() => done());
    });
    try {
      await whileIt(stdout.trim());
    } finally {
      child.kill(signal);
    }
    return { status: await ended, stdout, stderr };
  }

  it.each(['SIGINT', 'SIGTERM'] as const)('serves until %s, and ends without a complaint', async (signal) => {
    const { status, stdout, stderr } = await serving(['--port', '0'], signal, async (address) => {
      expect(await (await fetch(address)).text()).toContain('konkyo');
    });
    expect(stdout).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/\n$/);
    expect(stderr).toMatch(/no model and no picture is sent anywhere/);
    expect(stderr).not.toMatch(/other machines|unexpected/);
    expect(status).toBe(0);
  });

  it('says where --host opens it to other machines', async () => {
    const { stderr } = await serving(['--port', '0', '--host', '0.0.0.0'], 'SIGINT', async (address) => {
      expect(address).toContain('//127.0.0.1:');
      expect((await fetch(address)).status).toBe(200);
    });
    expect(stderr).toMatch(/other machines reach it, too.*https/);
  });

  it('says what to do about a port in use', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await new Promise((done) => other.once('listening', done));
    const { port } = other.address() as AddressInfo;
    const { status, stderr } = await serving(['--port', String(port)], 'SIGINT', async () => {});
    other.close();
    expect(stderr).toMatch(new RegExp(`^konkyo: Port ${port} of 127.0.0.1 is in use.*--port 0`));
    expect(status).toBe(1);
  });

  it('says how to build the app where it is missing', async () => {
    const { status, stderr, stdout } = await konkyo.run(['app', '--port', '0']);
    expect(stderr).toMatch(/was not built.*npm run build/);
    expect([status, stdout]).toEqual([1, '']);
  });

  it.each(['http', '65536', '-1', '1.5', ''])('takes no port %j', async (port) => {
    const { status, stderr } = await konkyo.run(['app', `--port=${port}`]);
    expect(stderr).toMatch(/--port takes a whole number from 0 to 65535/);
    expect(status).toBe(2);
  });

  it('takes no address that this machine has not', async () => {
    const { status, stderr } = await serving(['--port', '0', '--host', '192.0.2.1'], 'SIGINT', async () => {});
    expect(stderr).toMatch(/no address 192\.0\.2\.1.*Leave out --host/);
    expect(status).toBe(1);
  });
});
