import type { CallSocket, Copy, Facts, Saying, StoredCommand, Write } from '../history/history.ts';

/** A history as jambus should make it, small, to be spoilt by tests. */
export interface SampleHistory {
  facts: { -readonly [Name in keyof Facts]: Facts[Name] };
  confirmed: ReturnType<typeof confirmed>[];
  stored: StoredCommand[];
  sockets: CallSocket[];
  writes: Write[];
  sayings: Saying[];
  results: { stored: Copy[]; seen: Copy[] };
  events: { stored: Copy[]; seen: Copy[] };
  deadLetters: Copy[];
}

export const CALL = 'call-1';
export const START = Date.parse('2026-01-31T12:00:00Z');

/**
 * A call with five commands in partition 3: `m1` is a verb that starts and finishes, `m2` has no id of its own, `m3` has that
 * of `m1`, `m4` wants a verb to run that does not, `m5` expired while the call was away, and `m6` came after its end.
 */
export function sampleHistory(): SampleHistory {
  const stored = [
    command({ marker: 'm1', id: 'one', storedAt: START + 2_000 }),
    command({ marker: 'm2', storedAt: START + 2_100 }),
    command({ marker: 'm3', id: 'one', storedAt: START + 2_200 }),
    command({ marker: 'm4', id: 'four', ifverbid: 'never', storedAt: START + 2_300 }),
    command({ marker: 'm5', id: 'five', storedAt: START + 6_000, expiresAt: START + 7_000 }),
    command({ marker: 'm6', id: 'six', storedAt: START + 12_000 }),
  ].map((one, n) => ({ ...one, place: { log: 0, partition: 3, offset: 10 + n } }));
  const sayings = [
    saying(1, START, 'session:new'),
    saying(1, START + 2_020, 'verb:status', { id: 'm1', event: 'starting', marker: 'm1' }),
    saying(1, START + 2_030, 'verb:status', { id: 'm1', event: 'finished', marker: 'm1' }),
    saying(2, START + 9_000, 'session:reconnect'),
    saying(2, START + 10_000, 'call:status completed'),
  ].map((one, n) => ({ ...one, msgid: `${CALL}-${n + 1}` }));
  const [m1, m2, m3, m4, m5, m6] = stored as [
    StoredCommand,
    StoredCommand,
    StoredCommand,
    StoredCommand,
    StoredCommand,
    StoredCommand,
  ];
  const results = [
    result(m1, START + 2_010, { status: 'delivered' }),
    result(m2, START + 2_110, { status: 'delivered' }),
    result(m1, START + 2_021, { status: 'started', verbId: 'm1' }),
    result(m1, START + 2_031, { status: 'finished', verbId: 'm1' }),
    result(m3, START + 2_210, { status: 'rejected', code: 'duplicate' }),
    result(m4, START + 2_310, { status: 'rejected', code: 'precondition_failed' }),
    result(m5, START + 7_050, { status: 'rejected', code: 'expired' }),
    result(m6, START + 12_010, { status: 'rejected', code: 'call_ended' }),
  ].map((one, n) => ({ ...one, offset: n }));
  const events = sayings.map((one, n) => event(one, n + 1));
  return {
    facts: {
      bus: 'nats',
      fault: 'none',
      rough: false,
      gatewayKills: [],
      outages: [],
      moves: [],
      newLogsAt: [],
      forgetsEnded: false,
      forgetsIdsAt: [],
      missesGateway: false,
      left: 0,
      brokerMs: 0,
      stallMs: 0,
    },
    confirmed: stored.map(confirmed),
    stored,
    sockets: [
      { callSid: CALL, socket: 1, gateway: 0, openedAt: START, closedAt: START + 5_000, closedBy: 'cut', slow: false },
      { callSid: CALL, socket: 2, gateway: 1, openedAt: START + 9_000, slow: false },
    ],
    writes: [write('m1', 1, START + 2_005), write('m2', 1, START + 2_105)],
    sayings,
    results: { stored: results, seen: results.map((one) => ({ ...one })) },
    events: { stored: events, seen: events.map((one) => ({ ...one })) },
    deadLetters: [],
  };
}

export function command(given: Partial<StoredCommand> & { readonly marker: string }): StoredCommand {
  const storedAt = given.storedAt ?? START;
  return {
    place: { log: 0, partition: 3, offset: 0 },
    callSid: CALL,
    id: undefined,
    expiresAt: storedAt + 30_000,
    ifverbid: undefined,
    ifsequence: undefined,
    storedAt,
    ...given,
  };
}

export function confirmed({ marker, callSid, id, place, storedAt }: StoredCommand) {
  const [sentAt, confirmedAt] = [storedAt - 1, storedAt + 1];
  return {
    publisher: 'p',
    marker,
    callSid,
    id,
    order: 0,
    sentAt,
    confirmedAt,
    partition: undefined,
    offset: place.offset,
  };
}

export function write(marker: string, socket: number, at: number): Write {
  return { callSid: CALL, marker, socket, at };
}

/** A copy of a result, as jambus makes them. @param log stands in front of the position */
export function result(
  { callSid, id, place: { partition, offset } }: StoredCommand,
  at: number,
  outcome: { readonly status: string; readonly code?: string; readonly verbId?: string },
  log = '',
): Copy {
  const position = `${log}${partition}/${offset}`;
  const commandId = id ?? position;
  const time = new Date(at).toISOString();
  const body = { commandId, callSid, ...outcome, at: time };
  const terminal = outcome.verbId === undefined;
  const headers = {
    id: terminal ? `result/${position}` : `${outcome.status}/${commandId}`,
    type: `jambus.command.${outcome.status}`,
    causationid: commandId,
    time,
  };
  return { channel: 'results', callSid, partition: 0, offset: 0, at, headers, payload: JSON.stringify(body) };
}

function saying(socket: number, at: number, type: string, verb?: Saying['verb']): Omit<Saying, 'msgid'> {
  return { callSid: CALL, socket, at, type, ...(verb === undefined ? {} : { verb }) };
}

function event({ type, verb, msgid, at, socket }: Saying, sequence: number): Copy {
  const [name] = type.split(' ');
  const headers = {
    id: `${CALL}/${socket}/${sequence}`,
    sequence: String(sequence),
    epoch: String(socket),
    time: new Date(at).toISOString(),
    ...(verb === undefined ? {} : { causationid: 'one' }),
  };
  const payload = JSON.stringify({ type: name, msgid, call_sid: CALL, data: verb ?? {} });
  return { channel: 'events', callSid: CALL, partition: 0, offset: sequence, at, headers, payload };
}
