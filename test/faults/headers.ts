/** The headers of a message that its sender has set, in lower case and without the prefix of CloudEvents. */
export function ownHeaders(headers: Iterable<readonly [string, string]>): Record<string, string> {
  const own: Record<string, string> = {};
  for (const [name, value] of headers) {
    const lower = name.toLowerCase();
    if (!lower.startsWith('nats-')) own[lower.replace(/^ce[-_]/, '')] = value;
  }
  return own;
}
