import type { CommandFrame } from '@jambus/link';
import type { RejectionCode } from '@jambus/schema';
import { ATTRIBUTE, NO_SPAN, type Span } from '@jambus/telemetry';
import type { InboundCommand } from '../calls/inbound-command.ts';
import type { ReportLink } from '../reports/report.ts';
import type { TurnOutcomes } from './turn-outcomes.ts';

/** What counts in the window. */
export interface Usage {
  commands: number;
  bytes: number;
}

/** What the commands of one link share. */
export interface LinkOfCommand {
  readonly link: ReportLink;
  readonly usage: Usage;
  /** Commands that wait for the websocket of their call, by their number: only these can be withdrawn. */
  readonly waiting: Map<number, InboundCommand>;
  readonly outcomes: TurnOutcomes;
  /** There is something to tell. */
  readonly changed: () => void;
}

/** A command that came by a link, until its adapter knows what came of it. */
export class CommandOfLink implements InboundCommand {
  readonly frame: CommandFrame;
  readonly payload: Buffer;
  span: Span = NO_SPAN;
  readonly receivedAt = Date.now();
  readonly #of: LinkOfCommand;
  /** It has a place in the window. */
  #counts = true;

  constructor(frame: CommandFrame, payload: Buffer, of: LinkOfCommand) {
    this.frame = frame;
    this.payload = payload;
    this.#of = of;
    of.usage.commands++;
    of.usage.bytes += payload.length;
  }

  get link(): ReportLink {
    return this.#of.link;
  }

  hold(): void {
    if (!this.#counts) return;
    this.#leaveWindow();
    this.#of.waiting.set(this.frame.n, this);
    this.#of.outcomes.held(this.frame.n);
    this.#of.changed();
  }

  settle(code: RejectionCode | undefined, isKnown = false): void {
    this.#end();
    if (isKnown) return;
    this.#of.outcomes.settled(this.frame.n, code);
    this.#of.changed();
  }

  giveBack(): void {
    this.span.set(ATTRIBUTE.outcome, 'returned');
    this.span.end();
    this.#end();
    this.#of.outcomes.returned(this.frame.n);
    this.#of.changed();
  }

  #end(): void {
    if (this.#counts) this.#leaveWindow();
    else this.#of.waiting.delete(this.frame.n);
  }

  #leaveWindow(): void {
    this.#counts = false;
    this.#of.usage.commands--;
    this.#of.usage.bytes -= this.payload.length;
  }
}
