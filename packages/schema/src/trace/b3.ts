/**
 * What jambonz puts into its messages: trace id, span id and sampling state in Zipkin's single-header form. Ids may be of 64
 * bits, and a parent's id may follow. https://github.com/openzipkin/b3-propagation#single-header
 */
const B3 = /^(?!0+-)([0-9a-f]{16}|[0-9a-f]{32})-(?!0{16})([0-9a-f]{16})(?:-([01d]))?(?:-[0-9a-f]{16})?$/i;

/**
 * The `traceparent` of a `b3`; undefined when there is none, or one of zeros, which a jambonz without a tracing backend sends
 * on its hooks. Without a sampling state the decision is ours, and nobody's spans are to be lost.
 */
export function traceparentOfB3(b3: string | undefined): string | undefined {
  const parts = b3 === undefined ? null : B3.exec(b3);
  if (parts === null) return undefined;
  const [, traceId = '', spanId = '', state] = parts;
  return `00-${traceId.toLowerCase().padStart(32, '0')}-${spanId.toLowerCase()}-${state === '0' ? '00' : '01'}`;
}
