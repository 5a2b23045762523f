import type { CommandRecord } from '@jambus/bus';
import type { ClosedFrame, Contender, EventFrame, OpenedFrame, ResultFrame } from '@jambus/link';
import type { LinkCommand } from '../../src/link/gateway-link.ts';

/** A command for call `c` at `log/0/<offset>`, published now, whose life is a minute. */
export function commandOf(offset: number, more: Partial<LinkCommand> = {}): LinkCommand {
  const published = Date.now();
  return {
    call: 'c',
    id: `command-${offset}`,
    position: `log/0/${offset}`,
    name: 'redirect',
    verbs: [],
    replaces: false,
    published,
    expires: published + 60_000,
    ...more,
  };
}

export function recordOf(offset: number, payload: string, more: Partial<CommandRecord> = {}): CommandRecord {
  return {
    callSid: 'c',
    attributes: {},
    payload: Buffer.from(payload),
    publishedAt: Date.now(),
    position: `log/0/${offset}`,
    maybeRepeated: false,
    replyTo: undefined,
    ...more,
  };
}

/** What speaks for a websocket of a call that is older than its gateway knows. */
export const CONTENDER: Contender = { address: '10.0.0.1', user: '', control: false };

export function openedFrame(more: Partial<OpenedFrame> = {}): OpenedFrame {
  return { t: 'opened', call: 'c', epoch: 1, since: 1_000, application: '/', ...more };
}

export function closedFrame(reason: ClosedFrame['reason'], more: Partial<ClosedFrame> = {}): ClosedFrame {
  return { t: 'closed', closing: 1, call: 'c', reason, epoch: 1, sequence: 5, at: Date.now(), ...more };
}

export function eventFrame(n: number, more: Partial<EventFrame> = {}): EventFrame {
  return {
    t: 'event',
    n,
    call: 'c',
    epoch: 1,
    sequence: n,
    type: 'verb:status',
    time: 1_700_000_000_000 + n,
    application: '/',
    ...more,
  };
}

/** The outcome of the command at `log/0/<offset>`: it was delivered, and is the last one decided. */
export function resultFrame(n: number, offset: number, more: Partial<ResultFrame> = {}): ResultFrame {
  const position = `log/0/${offset}`;
  return {
    t: 'result',
    n,
    call: 'c',
    command: `command-${offset}`,
    name: 'redirect',
    position,
    decided: position,
    published: 1_700_000_000_000,
    verdict: { status: 'delivered', at: 1_700_000_000_123 },
    ...more,
  };
}
