import type { CommandFrame, EventFrame } from '@jambus/link';
import type { EventReport, Report, ReportLink, ResultReport } from '../../src/reports/report.ts';
import { createReportOutbox, type ReportOutbox, type ReportOutboxOptions } from '../../src/reports/report-outbox.ts';

/** An adapter, and what it is sent: the number on the link, and the event. */
export class FakeLink implements ReportLink {
  readonly id: string;
  readonly boot: string;
  readonly received: { readonly n: number; readonly call: string; readonly sequence: number }[] = [];
  drained = 0;
  confirmed = 0;

  constructor(id: string, boot = 'first') {
    this.id = id;
    this.boot = boot;
  }

  send(n: number, report: Report): void {
    const { callSid: call } = report;
    this.received.push({ n, call, sequence: report.kind === 'event' ? report.frame.sequence : 0 });
  }

  sendDrained(): void {
    this.drained++;
  }

  get sequences(): number[] {
    return this.received.map(({ sequence }) => sequence);
  }
}

const PAYLOAD = Buffer.from('{}');

export function reportOf(call: string, sequence: number, more: Partial<EventReport> = {}): EventReport {
  const frame: EventFrame = {
    t: 'event',
    n: 0,
    call,
    epoch: 1,
    sequence,
    type: 'verb:status',
    time: 0,
    application: '/',
  };
  return { kind: 'event', callSid: call, frame, payload: PAYLOAD, ...more };
}

/** The result of a command that came by a link which is gone. */
export function resultReportOf(call: string, onTaken: () => void): ResultReport {
  const command: CommandFrame = {
    t: 'command',
    n: 1,
    call,
    id: 'id',
    position: 'log/0/1',
    name: 'redirect',
    verbs: [],
    replaces: true,
    published: 0,
    expires: 1,
  };
  const verdict = { status: 'delivered', at: 0 } as const;
  return {
    kind: 'result',
    callSid: call,
    payload: PAYLOAD,
    command: { link: new FakeLink('gone'), frame: command },
    outcome: { verdict, isInTurn: true, traceparent: undefined, parent: undefined },
    onTaken,
  };
}

const outboxes: ReportOutbox[] = [];
afterEach(() => {
  for (const outbox of outboxes.splice(0)) outbox.close();
});

export function outboxWith(options: Partial<ReportOutboxOptions> = {}): ReportOutbox {
  const outbox = createReportOutbox({
    window: { reports: 4, bytes: 1_000_000 },
    bufferBytes: 1_000_000,
    returnMs: 20,
    onCongestion() {},
    onShed() {},
    onTaken() {},
    ...options,
  });
  outboxes.push(outbox);
  return outbox;
}

/** Pushes the events `from` to `to` of a call. */
export function push(outbox: ReportOutbox, call: string, from: number, to = from): void {
  for (let sequence = from; sequence <= to; sequence++) outbox.push(reportOf(call, sequence), false);
}
