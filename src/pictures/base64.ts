/** Bytes as text, for pages that have all within. */
export function base64(bytes: Uint8Array): string {
  // In slices, because a call takes only so many arguments.
  const slice = 0x4000;
  const parts = Array.from({ length: Math.ceil(bytes.length / slice) }, (_, part) =>
    String.fromCharCode(...bytes.subarray(part * slice, (part + 1) * slice)),
  );
  return btoa(parts.join(''));
}
