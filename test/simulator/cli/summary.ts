import pc from 'picocolors';
import type { LoadReport } from '../load/load-report.ts';

/** One line for the terminal while the load runs. */
export function progressLine({
  placed,
  wanted,
  active,
  completed,
  rejected,
  failed,
  lost,
  counters,
}: LoadReport): string {
  const bad = rejected + failed + lost;
  const ended = `${completed} completed${bad > 0 ? `, ${pc.red(`${bad} not`)}` : ''}`;
  return `${placed}/${wanted} calls placed, ${active} up, ${ended}, ${counters.commandsReceived} commands`;
}

/** The report for people. */
export function summary(report: LoadReport): string {
  const { counters, order } = report;
  const lines = [
    heading(report),
    row('rejected', report.rejected, true, 'no usable initial application: the caller gets SIP 480'),
    row('failed', report.failed, true, 'never connected'),
    row('lost', report.lost, true, 'a reconnect went wrong'),
    row('crashed', report.crashed, true, 'a frame that would have crashed jambonz'),
    row('set up', counters.callsSetUp, false, setupTimes(report)),
    row('reconnects', counters.reconnects, false, `${counters.drops} sockets dropped`),
    row('commands', counters.commandsReceived, false, 'received'),
    row('no effect', counters.ignored, true, 'commands and acks that jambonz only logs'),
    row('verbs', counters.verbsStarted, false, `${counters.verbStatusesSent} verb:status sent`),
    row('acks', counters.acksAnswered, false, 'in time'),
    row('no ack', counters.acksUnanswered, true, 'each holds its call up'),
    row(
      'odd acks',
      counters.acksLate + counters.acksDuplicate + counters.acksUnknown,
      true,
      'late, repeated or unknown',
    ),
    row('order', order.outOfOrder + order.repeated + order.missing, true, 'commands out of order, repeated or missing'),
  ];
  for (const [reason, count] of report.reasons) lines.push(pc.dim(`  ${count} × ${reason}`));
  return `${lines.filter((line) => line !== '').join('\n')}\n`;
}

/** True when every call that was asked for completed. */
export function succeeded(report: LoadReport): boolean {
  return report.completed === report.wanted && report.crashed === 0;
}

/** The report for programs, one line. */
export function jsonSummary(report: LoadReport): string {
  return `${JSON.stringify({ ...report, reasons: Object.fromEntries(report.reasons) })}\n`;
}

function heading(report: LoadReport): string {
  const seconds = (report.durationMs / 1000).toFixed(1);
  const text = `${report.completed} of ${report.wanted} calls completed in ${seconds} s`;
  return pc.bold(succeeded(report) ? pc.green(text) : pc.red(text));
}

function setupTimes({ setup }: LoadReport): string {
  if (!setup) return 'calls';
  return `calls, in ${setup.p50.toFixed(1)} ms (99 %: ${setup.p99.toFixed(1)} ms, longest ${setup.max.toFixed(1)} ms)`;
}

// What should not happen is shown only when it did.
function row(label: string, count: number, bad: boolean, what: string): string {
  if (bad && count === 0) return '';
  const number = String(count).padStart(8);
  return `  ${label.padEnd(11)}${bad ? pc.yellow(number) : number}  ${pc.dim(what)}`;
}
