import type { Case, Story } from './case.ts';
import { nameOf } from './outcomes.ts';
import type { ResultCopy } from './result-copy.ts';
import type { Violation } from './violation.ts';

const RANK: Readonly<Record<string, number>> = { delivered: 0, rejected: 0, started: 1, finished: 2, failed: 2 };

const NOTHING: ReadonlySet<string> = new Set();

/** The results of a command come as delivered, started, finished, for whoever reads the channel; and they all come. */
export function checkResultsOrder(of: Case): Violation[] {
  const { history } = of;
  const found: Violation[] = [];
  for (const story of of.stories) {
    for (const seen of [false, true]) {
      const order = firsts([...story.terminal, ...story.later].filter((copy) => copy.seen === seen));
      if (order.every((copy, n) => n === 0 || rankOf(copy) >= rankOf(order[n - 1]))) continue;
      const what = `${nameOf(story.command)}: ${order.map(({ status }) => status).join(', ')}${seen ? ' (seen)' : ''}`;
      found.push({ rule: 'results out of order', callSid: story.command.callSid, what });
    }
  }
  // What a killed gateway knew of verbs is gone with it.
  if (history.facts.gatewayKills.length === 0) found.push(...missing(of));
  return found;
}

/** The first copy of each, in channel order. */
function firsts(copies: readonly ResultCopy[]): ResultCopy[] {
  const seen = new Set<string>();
  return copies
    .toSorted((a, b) => a.copy.offset - b.copy.offset)
    .filter(({ status, verbId, id }) => {
      const key = `${status} ${verbId} ${id}`;
      return !seen.has(key) && seen.add(key);
    });
}

function rankOf(copy: ResultCopy | undefined): number {
  return RANK[copy?.status ?? ''] ?? 0;
}

/** Every `starting` and `finished` of a verb on the events channel has its result, and nothing else has one. */
function missing(of: Case): Violation[] {
  const owed = new Map<string, Set<string>>();
  for (const { payload } of of.history.events.stored) {
    const { type, data } = JSON.parse(payload) as { type?: string; data?: { event?: string; marker?: string } };
    const status = data?.event === 'starting' ? 'started' : data?.event;
    if (type !== 'verb:status' || data?.marker === undefined || status === undefined) continue;
    owed.set(data.marker, (owed.get(data.marker) ?? new Set()).add(status));
  }
  const found: Violation[] = [];
  // What its publisher sent twice is in the broker twice, and jambonz does not say which of them it means.
  for (const [marker, stories] of of.byMarker) {
    const { command } = stories.find(({ writes }) => writes.length > 0) ?? (stories[0] as Story);
    const { callSid } = command;
    const statuses = stories.some(({ writes }) => writes.length > 0) ? (owed.get(marker) ?? NOTHING) : NOTHING;
    const got = new Set(stories.flatMap(({ later }) => later.map(({ status }) => status)));
    const lacking = [...statuses].filter((status) => !got.has(status));
    const extra = [...got].filter((status) => !statuses.has(status));
    if (lacking.length > 0) {
      found.push({ rule: 'verb result missing', callSid, what: `${nameOf(command)}: ${lacking.join(', ')}` });
    }
    if (extra.length > 0) {
      found.push({ rule: 'verb result of another command', callSid, what: `${nameOf(command)}: ${extra.join(', ')}` });
    }
  }
  return found;
}
