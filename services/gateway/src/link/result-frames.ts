import { type DeliveredFrame, type GatewayFrame, resultOf, type SettledFrame } from '@jambus/link';
import type { ReportLink, ResultReport } from '../reports/report.ts';

/** Results on their way to one adapter. What it knows of its own commands is not sent back to it. */
export interface ResultFrames {
  /**
   * Takes the next result.
   *
   * @returns the frame that says it; undefined when it was put to the results before it, which `take` returns
   */
  add(n: number, report: ResultReport): GatewayFrame | undefined;
  /** The results that are collected: to be sent before any other frame. Undefined without any. */
  take(): DeliveredFrame | undefined;
}

/** @param link of the adapter */
export function createResultFrames(link: ReportLink): ResultFrames {
  let delivered: DeliveredFrame | undefined;

  return {
    add(n, { command, outcome }) {
      if (command.link !== link) return resultOf(command.frame, n, outcome);
      const { verdict, isInTurn, parent } = outcome;
      const { resultTrace } = command.frame;
      const traceparent = resultTrace === undefined ? outcome.traceparent : undefined;
      const isPlain = isInTurn && parent === undefined && traceparent === undefined;
      if (isPlain && verdict.status === 'delivered' && verdict.detail === undefined) {
        delivered ??= { t: 'delivered', n, commands: [], at: [] };
        delivered.commands.push(command.frame.n);
        delivered.at.push(verdict.at);
        return undefined;
      }
      const settled: SettledFrame = { t: 'settled', n, command: command.frame.n, verdict };
      if (!isInTurn) settled.ahead = true;
      if (traceparent !== undefined) settled.traceparent = traceparent;
      if (parent !== undefined) settled.parent = parent;
      return settled;
    },
    take() {
      const taken = delivered;
      delivered = undefined;
      return taken;
    },
  };
}
