import { createHash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { PublishedDataset } from '../../src/datasets/namedDatasets.ts';
import { idxImages, idxLabels } from './idxBytes.ts';

const contents = {
  'train-images-idx3-ubyte.gz': idxImages([3, 1, 2], [1, 2, 3, 4, 5, 6]),
  'train-labels-idx1-ubyte.gz': idxLabels([0, 1, 0]),
  't10k-images-idx3-ubyte.gz': idxImages([1, 1, 2], [7, 8]),
  't10k-labels-idx1-ubyte.gz': idxLabels([1]),
};

/** The files as their publisher has them, by name. */
export const publishedFiles: ReadonlyMap<string, Buffer> = new Map(
  Object.entries(contents).map(([name, content]) => [name, gzipSync(content)]),
);

/** A data set of four small files, published at these addresses. */
export function publishedSet(mirrors: readonly string[], systemFolders: readonly string[] = []): PublishedDataset {
  return {
    kind: 'published',
    name: 'tiny',
    title: 'Four small files',
    source: 'https://example.org/tiny',
    mirrors,
    systemFolders,
    classNames: ['hat', 'coat'],
    files: Object.entries(contents).map(([name, content]) => ({
      name,
      compressedBytes: publishedFiles.get(name)!.length,
      bytes: content.length,
      sha256: createHash('sha256').update(content).digest('hex'),
    })),
  };
}

/** Writes the four files into a folder, with some of them replaced. */
export async function writePublished(folder: string, replaced: Readonly<Record<string, Uint8Array>> = {}) {
  await mkdir(folder, { recursive: true });
  for (const [name, bytes] of publishedFiles) await writeFile(join(folder, name), replaced[name] ?? bytes);
}

export interface Mirror {
  readonly server: Server;
  readonly address: string;
  /** The files asked for, in order. */
  readonly requests: string[];
}

/** A server on this machine. @param answer by default the published files. */
export async function startMirror(answer?: (file: string) => RequestListener | undefined): Promise<Mirror> {
  const requests: string[] = [];
  const server = createServer((request, response) => {
    const file = (request.url ?? '').slice(1);
    requests.push(file);
    const special = answer?.(file);
    if (special) return special(request, response);
    const bytes = publishedFiles.get(file);
    if (!bytes) return response.writeHead(404).end();
    response.writeHead(200, { 'content-length': bytes.length }).end(bytes);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return { server, address: `http://127.0.0.1:${port}/`, requests };
}
