import pc from 'picocolors';
import type { CallRecord, ScenarioRecord } from '../scenarios/index.ts';

/** What became of a scenario, for people. */
export function scenarioSummary({ scenario, ok, detail, calls, answer }: ScenarioRecord): string {
  const lines = [
    pc.bold(ok ? pc.green(`${scenario}: ${detail}`) : pc.red(`${scenario}: ${detail}`)),
    ...(answer?.body ? [`  ${answer.body}`] : []),
    ...calls.flatMap(callLines),
  ];
  return `${lines.join('\n')}\n`;
}

function callLines({ callSid, outcome, sockets, sent, received, verbs, sideVerbs, ignored }: CallRecord): string[] {
  const lines = [
    `  call ${callSid}: ${outcome.reason}, SIP ${outcome.sipStatus}, ${sockets} sockets, ${outcome.reconnects} reconnects`,
    row('sent', sent),
    row('received', received),
    row('verbs', verbs),
    row('beside', sideVerbs),
    ...ignored.map((reason) => pc.yellow(`    no effect: ${reason}`)),
  ];
  return lines.filter((line) => line !== '');
}

function row(label: string, items: readonly string[]): string {
  return items.length === 0 ? '' : `    ${pc.dim(label.padEnd(9))} ${items.join(' ')}`;
}
