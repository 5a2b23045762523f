import type { Case } from './case.ts';
import type { Violation } from './violation.ts';

/** Every call lives until it is hung up, nothing is given up, and nothing waits at the end. */
export function checkLeftovers({ calls, history }: Case): Violation[] {
  const { facts, deadLetters } = history;
  const found: Violation[] = deadLetters.map(({ callSid, headers, payload }) => ({
    rule: 'dead letter',
    callSid,
    what: `${headers['dlreason']} ${headers['dldetail']}: ${payload}`,
  }));
  if (facts.left > 0) found.push({ rule: 'left to do', callSid: '', what: `${facts.left} commands` });
  for (const { callSid, sockets, endedAt } of calls.values()) {
    const given = sockets.find(({ closedBy, code }) => closedBy === 'gateway' && code === 1000);
    if (given !== undefined && endedAt === undefined) {
      found.push({ rule: 'call lost', callSid, what: `the gateway closed socket ${given.socket} with 1000` });
    }
  }
  return found;
}
