import type { Outcome, Verdict } from '@jambus/link';
import type { ReportLink, ResultReport } from '../reports/report.ts';
import type { Call } from './call.ts';
import type { InboundCommand } from './inbound-command.ts';

const NOTHING = new Uint8Array(0);

/**
 * The outcome of a command as it goes to the bus, among the events of its call. The adapters that read the command are told
 * when it is there.
 */
export class ResultOfCommand implements ResultReport {
  readonly kind = 'result';
  readonly callSid: string;
  readonly payload = NOTHING;
  readonly command: InboundCommand;
  readonly #verdict: Verdict;
  readonly #decided: string | undefined;
  readonly #call: Pick<Call, 'traceparent' | 'resultTaken'>;

  /** @param decided its position; undefined when it was refused ahead of others, which are not decided */
  constructor(
    call: Pick<Call, 'callSid' | 'traceparent' | 'resultTaken'>,
    command: InboundCommand,
    verdict: Verdict,
    decided: string | undefined,
  ) {
    this.callSid = call.callSid;
    this.command = command;
    this.#verdict = verdict;
    this.#decided = decided;
    this.#call = call;
  }

  get outcome(): Outcome {
    const verdict = this.#verdict;
    // One that has expired is known by its time, whoever looks and in whatever order.
    const isInTurn = this.#decided !== undefined && verdict.code !== 'expired';
    return { verdict, isInTurn, traceparent: this.#call.traceparent, parent: this.command.span.traceparent };
  }

  onTaken(by: ReportLink | undefined): void {
    const { code } = this.#verdict;
    this.command.settle(code, by === this.command.link);
    if (this.#decided !== undefined) this.#call.resultTaken(this.#decided, code);
  }
}
