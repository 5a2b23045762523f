import type { Copy } from '../history/history.ts';

/** A copy of a result, read. */
export interface ResultCopy {
  readonly copy: Copy;
  /** It was seen by a subscriber; the others are what the broker keeps. */
  readonly seen: boolean;
  /** CloudEvents id. */
  readonly id: string;
  readonly commandId: string;
  readonly callSid: string;
  readonly status: string;
  readonly code: string | undefined;
  readonly verbId: string | undefined;
  /** When it was decided. */
  readonly decidedAt: number;
}

export function readResult(copy: Copy, seen: boolean): ResultCopy {
  const body = parse(copy.payload);
  const text = (name: string): string | undefined => {
    const value = body[name];
    return typeof value === 'string' ? value : undefined;
  };
  return {
    copy,
    seen,
    id: copy.headers['id'] ?? '',
    commandId: text('commandId') ?? '',
    callSid: text('callSid') ?? '',
    status: text('status') ?? '',
    code: text('code'),
    verbId: text('verbId'),
    decidedAt: Date.parse(text('at') ?? ''),
  };
}

export function isTerminal({ status }: ResultCopy): boolean {
  return status === 'delivered' || status === 'rejected';
}

/** Everything about a message but where and when it came. */
export function contentOf({ callSid, headers, payload }: Copy): string {
  const sorted = Object.entries(headers).sort(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify([callSid, sorted, payload]);
}

function parse(payload: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(payload);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
