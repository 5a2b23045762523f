import type { CommandResult, JambonzAck, JambonzCommand, TerminalResult } from '@jambus/schema';
import { createCallLog } from '../../src/calls/call-log.ts';
import type { Call } from '../../src/calls/calls.ts';
import type { Claim } from '../../src/calls/claims.ts';
import { createRunningCall } from '../../src/calls/running-call.ts';
import { isEventOf, type JambusEvent, readEventOf } from '../../src/event.ts';
import { CALL, eventOf } from '../contract/client-scene.ts';

/** A message that a function has sent. */
export interface Sent {
  readonly id: string;
  readonly message: JambonzCommand | JambonzAck;
}

/** One call without a bus. */
export interface CallScene {
  readonly claim: Claim;
  readonly call: Call;
  readonly sent: readonly Sent[];
  /** What became of the claim. */
  readonly outcomes: readonly ('done' | 'given back')[];
  /** What the bus says to the next message; `delivered` by default. */
  answers: Partial<CommandResult>[];
  /** jambonz says something. */
  tell(
    type: string,
    data: object,
    more?: { readonly hook?: string; readonly msgid?: string; readonly causation?: string },
  ): void;
  /** Verbs of the last message, without the `config` before the first ones. */
  lastVerbs(): readonly Readonly<Record<string, unknown>>[];
}

const scenes = new Set<CallScene>();
const BEGAN = Date.parse('2026-11-22T17:34:00.000Z');

export interface Told {
  readonly type: string;
  readonly data: object;
  readonly hook?: string;
  readonly msgid?: string;
  readonly causation?: string;
  /** Ms after the call began. */
  readonly at?: number;
}

export function event(sequence: number, { type, data, hook, msgid, causation, at = sequence }: Told): JambusEvent {
  const told = { type, call_sid: CALL, ...(hook && { hook }), ...(msgid && { msgid }), data };
  const { attributes, payload } = eventOf({
    sequence,
    type,
    payload: JSON.stringify(told),
    attributes: { time: new Date(BEGAN + at).toISOString(), ...(causation && { causationid: causation }) },
  });
  return readEventOf(undefined, CALL, attributes, Buffer.from(payload));
}

/** @param past what was told before this process had the call; undefined: it is the first one */
export function callScene(past?: readonly Told[]): CallScene {
  const session = event(1, { type: 'session:new', msgid: 'new', data: { from: '+1', to: '+2', direction: 'inbound' } });
  if (!isEventOf(session, 'session:new')) throw new Error('no session:new');
  const log = createCallLog(session, () => {});
  let sequence = 1;
  for (const told of past ?? []) log.take(event(++sequence, told));
  const sent: Sent[] = [];
  const outcomes: ('done' | 'given back')[] = [];
  const claim: Claim = {
    session,
    log,
    resumed: past !== undefined,
    done: () => void outcomes.push('done'),
    giveBack: () => void outcomes.push('given back'),
  };
  const scene: CallScene = {
    claim,
    call: createRunningCall({
      claim,
      answerWithinMs: 3_500,
      send: async (callSid, message, { id = '' }) => {
        sent.push({ id, message });
        return { commandId: id, callSid, status: 'delivered', at: '', ...scene.answers.shift() } as TerminalResult;
      },
    }),
    sent,
    outcomes,
    answers: [],
    tell: (type, data, more = {}) => log.take(event(++sequence, { type, data, ...more, at: Date.now() - BEGAN })),
    lastVerbs: () => {
      const verbs = sent.at(-1)?.message.data;
      if (!Array.isArray(verbs)) return [];
      return verbs.filter(({ notifyEvents }: { readonly notifyEvents?: true }) => notifyEvents === undefined);
    },
  };
  scenes.add(scene);
  return scene;
}

/** Ends whatever functions still wait for. */
export function endScenes(): void {
  for (const { claim } of scenes) claim.log.abandon();
  scenes.clear();
}

/** Lets what is under way go on. */
export function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
