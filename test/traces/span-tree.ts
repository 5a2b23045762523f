import type { ReceivedSpan } from './read-spans.ts';

/** A span and what came of it. */
export interface SpanNode {
  /** Undefined where nobody has sent the span that others descend from. */
  readonly span: ReceivedSpan | undefined;
  readonly spanId: string;
  readonly children: readonly SpanNode[];
}

/** The trees of a trace, oldest first. A span whose parent was not sent stands below a node without span. */
export function spanTrees(spans: readonly ReceivedSpan[], traceId: string): SpanNode[] {
  const own = spans.filter((span) => span.traceId === traceId).sort((a, b) => a.startMs - b.startMs);
  const known = new Set(own.map(({ spanId }) => spanId));
  const below = (parent: string): SpanNode[] =>
    own
      .filter(({ parentSpanId }) => parentSpanId === parent)
      .map((span) => ({ span, spanId: span.spanId, children: below(span.spanId) }));
  const roots = new Map<string, SpanNode>();
  for (const span of own) {
    const { parentSpanId, spanId } = span;
    if (parentSpanId === '') roots.set(spanId, { span, spanId, children: below(spanId) });
    else if (!known.has(parentSpanId)) {
      roots.set(parentSpanId, { span: undefined, spanId: parentSpanId, children: below(parentSpanId) });
    }
  }
  return [...roots.values()];
}

/** How many spans a tree has. */
export function sizeOf({ span, children }: SpanNode): number {
  return children.reduce((sum, child) => sum + sizeOf(child), span === undefined ? 0 : 1);
}

const NAME = 62;
const SERVICE = 16;

/**
 * A tree in lines of at most 100 columns: name, service, ms since the tree's beginning, ms that the span took.
 *
 * @param stranger what to call a span that was not sent
 */
export function printTree(tree: SpanNode, stranger: string): string[] {
  const beganAt = beginningOf(tree);
  const lines: string[] = [];
  const add = ({ span, children }: SpanNode, indent: string, branch: string): void => {
    const name = `${indent}${branch}${span?.name ?? stranger}`;
    lines.push(span === undefined ? name : `${name.padEnd(NAME)} ${columnsOf(span, beganAt)}`.trimEnd());
    const inner = branch === '' ? indent : `${indent}${branch === '└ ' ? '  ' : '│ '}`;
    for (const [index, child] of children.entries()) add(child, inner, index === children.length - 1 ? '└ ' : '├ ');
  };
  add(tree, '', '');
  return lines;
}

function beginningOf({ span, children }: SpanNode): number {
  return Math.min(span?.startMs ?? Number.POSITIVE_INFINITY, ...children.map(beginningOf));
}

function columnsOf({ service, startMs, endMs }: ReceivedSpan, beganAt: number): string {
  return `${service.padEnd(SERVICE)} ${(startMs - beganAt).toFixed(1).padStart(7)} ${(endMs - startMs).toFixed(1).padStart(7)}`;
}
