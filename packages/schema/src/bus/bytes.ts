const encoder = new TextEncoder();

/** Whether a text has at most so many bytes of UTF-8. Long ones are not counted through. */
export function isWithin(text: string, mostBytes: number): boolean {
  if (text.length > mostBytes) return false;
  return text.length * 3 <= mostBytes || Buffer.byteLength(text) <= mostBytes;
}

/** As much of the beginning of a text as has at most so many bytes of UTF-8; no character is cut in two. */
export function clipBytes(text: string, mostBytes: number): string {
  if (isWithin(text, mostBytes)) return text;
  const { read } = encoder.encodeInto(text.slice(0, mostBytes), new Uint8Array(mostBytes));
  return text.slice(0, read);
}
