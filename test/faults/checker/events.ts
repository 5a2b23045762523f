import type { Copy, Saying } from '../history/history.ts';
import type { CallStory, Case, Story } from './case.ts';
import { positionIn } from './find-command.ts';
import { groupBy } from './group-by.ts';
import { contentOf } from './result-copy.ts';
import type { Violation } from './violation.ts';

/** The events of a call are on the channel as they were said, numbered from 1 without a gap and without a second beginning. */
export function checkEvents(of: Case): Violation[] {
  const { events, facts } = of.history;
  const stored = groupBy(events.stored, ({ callSid }) => callSid);
  const seen = groupBy(events.seen, ({ callSid }) => callSid);
  const calls = [...of.calls.values()].filter(({ sockets }) => sockets.length > 0);
  return calls.flatMap((call) => {
    const own = stored.get(call.callSid) ?? [];
    // While the broker is away a subscriber misses some; what it does get has to be right.
    return [
      ...checkNumbers(call.callSid, own, facts.rough, true),
      ...checkNumbers(call.callSid, seen.get(call.callSid) ?? [], facts.rough, false),
      ...checkSayings(of, call, own),
      ...checkCauses(of, own),
    ];
  });
}

/** The first copy of each id, in channel order. */
function firsts(copies: readonly Copy[]): Copy[] {
  const seen = new Set<string | undefined>();
  return copies.filter(({ headers: { id } }) => !seen.has(id) && seen.add(id));
}

function checkNumbers(callSid: string, copies: readonly Copy[], rough: boolean, complete: boolean): Violation[] {
  const found: Violation[] = [];
  const known = new Map<string, string>();
  let last = 0;
  let epoch = 0;
  for (const copy of copies) {
    const { id = '' } = copy.headers;
    const content = contentOf(copy);
    const earlier = known.get(id);
    if (earlier !== undefined) {
      if (earlier !== content)
        found.push({ rule: 'copies of an event differ', callSid, what: `${earlier} ${content}` });
      else if (!rough) found.push({ rule: 'event repeated', callSid, what: id });
      continue;
    }
    known.set(id, content);
    const sequence = Number(copy.headers['sequence']);
    const ownEpoch = Number(copy.headers['epoch']);
    if (id !== `${callSid}/${ownEpoch}/${sequence}` || sequence <= last || ownEpoch < epoch) {
      found.push({ rule: 'event numbers begin again', callSid, what: `${id} after ${callSid}/${epoch}/${last}` });
    } else if (complete && sequence !== last + 1) {
      found.push({ rule: 'event numbers with a gap', callSid, what: `${id} after ${last}` });
    }
    last = sequence;
    epoch = ownEpoch;
  }
  return found;
}

function checkSayings(of: Case, { callSid, sayings, sockets }: CallStory, copies: readonly Copy[]): Violation[] {
  const { tolerances, history } = of;
  const found: Violation[] = [];
  const order = new Map(sayings.map(({ msgid }, index) => [msgid, index]));
  const heard = new Set<string>();
  let last = -1;
  for (const { payload, headers } of firsts(copies)) {
    const { msgid, type } = JSON.parse(payload) as { msgid?: string; type?: string };
    if (type === 'jambus:lost' || type === 'jambus:unclaimed') {
      found.push({ rule: 'call lost', callSid, what: `${type} ${headers['id']}` });
      continue;
    }
    const at = order.get(msgid ?? '');
    if (at === undefined || msgid === undefined) {
      found.push({ rule: 'event nobody said', callSid, what: payload });
      continue;
    }
    heard.add(msgid);
    if (at < last) found.push({ rule: 'event out of order', callSid, what: `${msgid} as ${headers['id']}` });
    last = Math.max(last, at);
  }
  const cutOff = ({ socket, at }: Saying): boolean => {
    const { closedAt, closedBy, gateway } = sockets.find((one) => one.socket === socket) ?? {};
    if (closedAt === undefined || closedBy === 'hang-up') return false;
    const killed = history.facts.gatewayKills.some(
      (kill) => kill.gateway === gateway && Math.abs(kill.at - closedAt) < tolerances.cutMs,
    );
    // A killed gateway takes with it what the bus did not have yet.
    return at >= closedAt - (killed ? tolerances.recoveryMs : tolerances.cutMs);
  };
  for (const saying of sayings) {
    if (heard.has(saying.msgid) || cutOff(saying)) continue;
    found.push({ rule: 'event lost', callSid, what: `${saying.type} ${saying.msgid}` });
  }
  return found;
}

/** A `verb:status` names the command that brought its verb. */
function checkCauses(of: Case, copies: readonly Copy[]): Violation[] {
  const forgetful = of.history.facts.gatewayKills.length > 0;
  return firsts(copies).flatMap(({ callSid, payload, headers }) => {
    const { data } = JSON.parse(payload) as { data?: { marker?: string } };
    // What its publisher sent twice is in the broker twice, and jambonz does not say which of them it means.
    const stories = of.byMarker.get(data?.marker ?? '') ?? [];
    const { causationid } = headers;
    if (stories.length === 0 || (causationid === undefined && forgetful)) return [];
    const place = positionIn(causationid ?? '')?.place;
    const isRight = ({ command: { id, place: at } }: Story): boolean =>
      id === undefined ? place === `${at.partition}/${at.offset}` : causationid === id;
    if (stories.some(isRight)) return [];
    const what = `${headers['id']} of ${data?.marker} has ${causationid}`;
    return [{ rule: 'event credited to another command', callSid, what } as const];
  });
}
