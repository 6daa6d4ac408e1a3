// Node only: zlib and checksums.
import { createHash } from 'node:crypto';
import { gunzipSync } from 'node:zlib';
import { ChecksumError, DatasetFileError } from './errors.ts';
import type { PublishedDataset, PublishedFile } from './namedDatasets.ts';

export function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/**
 * The content of a published file from its bytes, compressed or not (then the same array).
 * @throws DatasetFileError if it cannot be decompressed; ChecksumError if it is not the published content.
 */
export function publishedContent(bytes: Uint8Array, file: PublishedFile, where: string): Uint8Array {
  const content = bytes[0] === 0x1f && bytes[1] === 0x8b ? decompressed(bytes, file, where) : bytes;
  checkPublished(content, file, where);
  return content;
}

/** @throws ChecksumError */
export function checkPublished(content: Uint8Array, file: PublishedFile, where: string): void {
  const found = sha256(content);
  if (found === file.sha256) return;
  throw new ChecksumError({
    where,
    what: `its content is not that of ${file.name} as published: its SHA-256 is ${found}, not ${file.sha256}`,
    nextStep: 'Download it again; to use a file of your own, give its folder instead of the name of the data set',
  });
}

/** Which of the published data sets has these labels: then its class names hold too. */
export function datasetWithLabels(
  labels: Uint8Array,
  datasets: readonly PublishedDataset[],
): PublishedDataset | undefined {
  const found = sha256(labels);
  return datasets.find(({ files }) => files.some((file) => file.sha256 === found));
}

function decompressed(bytes: Uint8Array, file: PublishedFile, where: string): Uint8Array {
  try {
    return gunzipSync(bytes, { maxOutputLength: file.bytes });
  } catch (cause) {
    throw new DatasetFileError({
      where,
      what: `it cannot be decompressed to the ${file.bytes} bytes of ${file.name}: cut short, damaged, or another file`,
      nextStep: 'Download it again',
      cause,
    });
  }
}
