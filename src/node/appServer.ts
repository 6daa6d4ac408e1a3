import { existsSync } from 'node:fs';
import { createServer, type RequestListener, type ServerResponse } from 'node:http';
import { type AddressInfo, isIPv6 } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import sirv from 'sirv';
import { KonkyoError } from '../konkyoError.ts';
import { appHeaders } from './appHeaders.ts';

/** The browser app cannot be served: it was not built, or its address cannot be had. */
export class AppServerError extends KonkyoError {
  readonly tag = 'app-server';
}

/** Where `npm run build` puts the browser app. */
export const builtApp: string = fileURLToPath(new URL('../webapp/', import.meta.url));

export interface AppPlace {
  /** 0 is any that is free. */
  readonly port: number;
  /** The address to listen at; only 127.0.0.1, ::1 and localhost are out of other machines' reach. */
  readonly host: string;
}

export interface AppServer {
  /** Where a browser on this machine finds it. */
  readonly address: string;
  /** Ends connections, also those under way. */
  close(): Promise<void>;
}

/**
 * Serves a built browser app.
 * @param folder as Vite wrote it
 * @throws AppServerError where there is none, or it cannot listen there.
 */
export async function serveApp(folder: string, { port, host }: AppPlace): Promise<AppServer> {
  if (!existsSync(join(folder, 'index.html')))
    throw new AppServerError(
      `The browser app was not built: ${folder} has no index.html. Build it with: npm run build`,
    );
  const server = createServer(answer(folder));
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => reject(cannotListen(cause, { port, host })));
    server.listen(port, host, resolve);
  });
  const { address, port: found } = server.address() as AddressInfo;
  const close = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  return { address: `http://${nameOf(address)}:${found}/`, close };
}

function answer(folder: string): RequestListener {
  // Looked up at each request ("dev"): a build while it runs is served, too. The folder's files are few.
  const files = sirv(folder, { dev: true, etag: true, setHeaders: describeFile });
  return (request, response) => {
    for (const [name, value] of Object.entries(appHeaders)) response.setHeader(name, value);
    if (request.method === 'GET' || request.method === 'HEAD')
      return files(request, response, () => refuse(response, 404, 'The app has no such file.'));
    response.setHeader('Allow', 'GET, HEAD');
    refuse(response, 405, 'Only GET and HEAD are answered here.');
  };
}

/** A file with a hash in its name never changes: browsers need not ask for it again. All others they ask for each time. */
function describeFile(response: ServerResponse, path: string): void {
  const isHashed = path.startsWith('/assets/');
  response.setHeader('Cache-Control', isHashed ? 'public, max-age=31536000, immutable' : 'no-cache');
  // Left empty otherwise, and nothing may be guessed ("nosniff").
  if (path.endsWith('.onnx')) response.setHeader('Content-Type', 'application/octet-stream');
}

function refuse(response: ServerResponse, status: number, words: string): void {
  response.writeHead(status, { 'Content-Type': 'text/plain;charset=utf-8', 'Cache-Control': 'no-store' });
  response.end(`${words}\n`);
}

function cannotListen(cause: NodeJS.ErrnoException, { port, host }: AppPlace): AppServerError {
  const why: Readonly<Record<string, string>> = {
    EADDRINUSE: `Port ${port} of ${host} is in use, perhaps by a konkyo app that still runs. Give another one with --port, or --port 0 for any that is free.`,
    EACCES: `Port ${port} may not be used without more rights. Give one from 1024 with --port, or --port 0 for any that is free.`,
    EADDRNOTAVAIL: `This machine has no address ${host}. Leave out --host for 127.0.0.1.`,
    ENOTFOUND: `Nobody knows the address ${host}. Leave out --host for 127.0.0.1.`,
  };
  const words = why[cause.code ?? ''] ?? `Cannot listen at ${host}, port ${port}: ${cause.message}.`;
  return new AppServerError(words, { cause });
}

/** An address as a URL has it; "all of this machine's" is no place to go to. */
function nameOf(address: string): string {
  if (address === '0.0.0.0') return '127.0.0.1';
  if (address === '::') return '[::1]';
  return isIPv6(address) ? `[${address}]` : address;
}
