import fc from 'fast-check';
import {
  type Asked,
  ask,
  at,
  busHasResults,
  CONTENDER,
  callHarness,
  drop,
  FakeSocket,
  type Harness,
  jambonz,
  known,
  MUTE,
  ORIGIN,
  redirect,
  send,
} from './harness.ts';

/*
 * Whatever comes twice, wherever the call is and whenever its websocket goes: a record has one effect at most and one
 * verdict, an id one effect, and effects come in the order of the log.
 */

type Step =
  /** The log goes on: a new record, with one of a few ids. */
  | { readonly kind: 'record'; readonly id: number; readonly impossible: boolean }
  /** A former record is read again, this many before the last one. */
  | { readonly kind: 'replay'; readonly back: number }
  | { readonly kind: 'drop' | 'reconnect' | 'slow' | 'fast' | 'take' | 'refuse' | 'move' | 'gone' | 'results' };

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      kind: fc.constant('record' as const),
      id: fc.nat(9),
      impossible: fc.integer({ min: 0, max: 5 }).map((n) => n === 0),
    }),
  },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('replay' as const), back: fc.nat(6) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constantFrom('drop' as const, 'slow', 'fast', 'refuse') }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constantFrom('reconnect' as const, 'take', 'results') }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constantFrom('move' as const, 'gone') }) },
);

/** Plays the steps on one call, gateway by gateway, as adapters and jambonz would. */
class Play {
  readonly sockets: FakeSocket[] = [];
  /** What was asked for each record of the log. */
  readonly asked: Asked[][] = [];
  readonly #records: { readonly id: string; readonly impossible: boolean }[] = [];
  readonly gateways: Harness[] = [];
  #harness: Harness;
  #socket: FakeSocket | undefined;

  constructor() {
    this.#harness = callHarness();
    this.gateways.push(this.#harness);
    this.#socket = this.#harness.socket;
    this.#harness.call.attach(this.#socket, 'control', ...jambonz('session:new'), ORIGIN);
    send(this.#harness.call, redirect(), { position: 'start/0/0' });
    this.#harness.call.receive(this.#socket, ...jambonz('call:status', { call_status: 'trying' }));
    this.sockets.push(this.#socket);
  }

  do(step: Step): void {
    if (step.kind === 'record') {
      this.#records.push({ id: `id-${step.id}`, impossible: step.impossible });
      this.asked.push([]);
      this.#read(this.#records.length - 1);
    } else if (step.kind === 'replay') this.#replay(this.#records.length - 1 - step.back);
    else if (step.kind === 'drop') this.#drop();
    else if (step.kind === 'reconnect') this.#reconnect();
    else if (step.kind === 'take') this.#socket?.take();
    else if (step.kind === 'results') busHasResults(this.#harness);
    else if (step.kind === 'move' || step.kind === 'gone') this.#moveOn(step.kind);
    else if (this.#socket !== undefined) {
      this.#socket.writes = ({ slow: 'buffered', fast: 'written', refuse: 'closed' } as const)[step.kind];
    }
  }

  /** Everything comes to its end: the call has a websocket that takes everything, and all records are read again. */
  finish(): void {
    this.#drop();
    this.#reconnect();
    this.#replay(0);
    for (const gateway of this.gateways) busHasResults(gateway);
  }

  /** An adapter takes over, and reads everything from a record on again. */
  #replay(from: number): void {
    for (let n = Math.max(0, from); n < this.#records.length; n++) this.#read(n);
  }

  #read(n: number): void {
    const { id, impossible } = this.#records[n] as { id: string; impossible: boolean };
    const condition = impossible ? { ifsequence: 9_999 } : {};
    const asked = ask(this.#harness.call, { ...MUTE, msgid: String(n) }, { id, position: at(n), ...condition });
    this.asked[n]?.push(asked);
  }

  #drop(): void {
    const gone = this.#socket;
    this.#socket = undefined;
    if (gone !== undefined) drop(this.#harness, gone);
  }

  #reconnect(): void {
    if (this.#socket !== undefined) return;
    this.#socket = new FakeSocket();
    this.sockets.push(this.#socket);
    this.#harness.call.nextEpoch();
    this.#harness.call.attach(this.#socket, 'control', ...jambonz('session:reconnect'), ORIGIN);
  }

  /** The call goes to another gateway: in good order, or because it has shown up there. */
  #moveOn(kind: 'move' | 'gone'): void {
    const old = this.#harness;
    if (kind === 'move') old.call.move();
    else old.call.goneElsewhere('one');
    this.#drop();
    const memory = old.call.memory();
    this.#harness = callHarness();
    this.gateways.push(this.#harness);
    const { call } = this.#harness;
    call.searchPast({ contender: CONTENDER, allMayBeLinked: () => true, recall: () => undefined });
    call.past?.expect('one');
    this.#reconnect();
    // An adapter reads on before the past of the call is known: from the first record that has no verdict, or before it.
    const decided = new Set(this.gateways.flatMap(({ verdicts }) => verdicts).map(({ position }) => position));
    const open = this.#records.findIndex((_, n) => !decided.has(at(n)));
    this.#replay(Math.min(open === -1 ? this.#records.length : open, this.#records.length - 2));
    const past = { epoch: old.call.epoch, sequence: old.call.sequence, since: old.call.since, certain: true };
    call.past?.hear('one', known({ ...past, memory }));
  }
}

/** What is wrong after a play, in words. */
function faultsOf({ sockets, asked, gateways }: Play): string[] {
  const faults: string[] = [];
  const effects = sockets
    .flatMap(({ sent }) => sent)
    .flatMap(({ command, msgid }) => (command === 'mute:status' ? Number(msgid) : []));
  const inOrder = [...new Set(effects)].sort((a, b) => a - b);
  if (String(effects) !== String(inOrder)) faults.push(`effects twice or out of order: ${effects}`);
  const ids = inOrder.map((n) => asked[n]?.[0]?.command.frame.id);
  if (new Set(ids).size < ids.length) faults.push(`an id with two effects: ${ids}`);

  const verdicts = new Map<string, Set<string>>();
  for (const { position, verdict } of gateways.flatMap((gateway) => gateway.verdicts)) {
    verdicts.set(position, (verdicts.get(position) ?? new Set()).add(JSON.stringify(verdict)));
  }
  for (const [n, askers] of asked.entries()) {
    const [verdict, ...others] = verdicts.get(at(n)) ?? [];
    if (verdict === undefined) faults.push(`no verdict on ${n}`);
    if (others.length > 0) faults.push(`verdicts on ${n}: ${verdict} ${others}`);
    if (verdict?.includes('"delivered"') !== effects.includes(n))
      faults.push(`the verdict on ${n} is not what happened`);
    // No command stays under way for ever, and none is told twice.
    if (askers.some(({ outcomes }) => outcomes.length !== 1)) faults.push(`askers of ${n} that were not told once`);
    if (askers.at(-1)?.outcomes[0]?.status === 'returned') faults.push(`${n} was returned in the end`);
  }
  for (const { call } of gateways) if (call.heldCommands > 0) faults.push(`${call.heldCommands} commands are held`);
  return faults;
}

test('a record has one effect and one verdict, an id one effect, and effects are in order', () => {
  fc.assert(
    fc.property(fc.array(step, { minLength: 10, maxLength: 80, size: 'max' }), (steps) => {
      const play = new Play();
      for (const each of steps) play.do(each);
      play.finish();
      expect(faultsOf(play)).toEqual([]);
    }),
  );
});
