/** Most bytes of UTF-8 that the reason of a close frame may have (RFC 6455 §5.5); more throws in ws. */
const MOST_BYTES = 123;
const CONTINUATION = 0b1000_0000;

/** The text as the reason of a close frame: cut where it is too long, between two characters. */
export function closeReason(text: string): string {
  const bytes = Buffer.from(text);
  if (bytes.length <= MOST_BYTES) return bytes.toString();
  let end = MOST_BYTES;
  while (((bytes[end] as number) & 0b1100_0000) === CONTINUATION) end--;
  return bytes.subarray(0, end).toString();
}
