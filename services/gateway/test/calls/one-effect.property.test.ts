import fc from 'fast-check';
import type { CommandOutcome } from '../../src/calls/deliveries.ts';
import { callHarness, FakeSocket, jambonz, MUTE, redirect, send } from './harness.ts';

/*
 * Whatever comes twice and whenever the websocket goes: an id has one effect on the call, and every record one outcome.
 */

type Step =
  | { readonly kind: 'record'; readonly id: number; readonly position: number }
  | { readonly kind: 'drop' }
  | { readonly kind: 'reconnect' }
  | { readonly kind: 'failing writes' };

/** Few ids and positions, so that they meet: the same record again, and other records with the same id. */
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({ kind: fc.constant('record' as const), id: fc.nat(4), position: fc.nat(2) }),
  },
  { weight: 1, arbitrary: fc.constant({ kind: 'drop' as const }) },
  { weight: 2, arbitrary: fc.constant({ kind: 'reconnect' as const }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'failing writes' as const }) },
);

interface Told {
  readonly key: string;
  readonly outcomes: CommandOutcome[];
}

/** Plays the steps; gives back how often each id reached jambonz, and what was said about each record. */
function play(steps: readonly Step[]): { effects: Map<string, number>; told: Told[] } {
  const { call, socket: first } = callHarness();
  const sockets: FakeSocket[] = [first];
  let socket: FakeSocket | undefined = first;
  const [hello, bytes] = jambonz('session:new');
  call.attach(first, hello, bytes);
  send(call, redirect());
  call.receive(first, ...jambonz('call:status', { call_status: 'trying' }));

  const reconnect = (): void => {
    if (socket !== undefined) return;
    socket = new FakeSocket();
    sockets.push(socket);
    call.nextEpoch();
    call.attach(socket, ...jambonz('session:reconnect'));
  };
  const drop = (): void => {
    const gone = socket;
    socket = undefined;
    if (gone === undefined) return;
    gone.isOpen = false;
    call.detach(gone, 1006);
  };

  const told: Told[] = [];
  for (const each of steps) {
    if (each.kind === 'drop') drop();
    else if (each.kind === 'reconnect') reconnect();
    else if (each.kind === 'failing writes') {
      if (socket !== undefined) socket.failWrites = true;
    } else {
      const id = `id-${each.id}`;
      const position = `${each.id}/${each.position}`;
      const message = { ...MUTE, msgid: id };
      told.push({ key: position, outcomes: send(call, message, { id, position }) });
    }
  }
  drop();
  reconnect();

  const effects = new Map<string, number>();
  for (const { command, msgid } of sockets.flatMap(({ sent }) => sent)) {
    if (command === 'mute:status' && msgid !== undefined) effects.set(msgid, (effects.get(msgid) ?? 0) + 1);
  }
  return { effects, told };
}

test('an id has one effect, and the record that had it is the only one told so', () => {
  fc.assert(
    fc.property(fc.array(step, { minLength: 5, maxLength: 60, size: 'max' }), (steps) => {
      const { effects, told } = play(steps);
      for (const [id, count] of effects) expect([id, count]).toEqual([id, 1]);

      const statusOf = new Map<string, Set<string>>();
      for (const { key, outcomes } of told) {
        expect(outcomes.length).toBeLessThanOrEqual(1);
        for (const { status, code } of outcomes) {
          if (status !== 'returned') statusOf.set(key, (statusOf.get(key) ?? new Set()).add(code ?? status));
        }
      }
      const delivered = [...statusOf].filter(([, seen]) => seen.has('delivered'));
      expect(delivered).toHaveLength(effects.size);
      for (const [key, seen] of statusOf) expect([key, seen.size]).toEqual([key, 1]);
    }),
  );
});
