import type { HookKind } from '@jambus/schema';
import { type Static, Type } from '@sinclair/typebox';
import { TypeCompiler } from '@sinclair/typebox/compiler';
import { Verdict } from './verdict.ts';

/** How far the commands of a call are decided in one log. Commands at or below the offset have their outcome. */
export const Decided = Type.Object({
  log: Type.String({ description: '`<log>/<partition>` of the positions' }),
  offset: Type.Integer({ minimum: 0, description: 'of the last decided command' }),
  verdict: Type.Optional(
    Type.Composite([Verdict], { description: 'left out when only the position is known: its result is on the bus' }),
  ),
});
export type Decided = Static<typeof Decided>;

/**
 * What one gateway knows of a call and the next one must. It travels as the payload of `closed` to every adapter, and back
 * as the payload of `known` to the gateway where the call shows up. Adapters add to it what passes through them.
 */
export const CallMemory = Type.Object({
  decided: Type.Array(Decided, { description: 'the last decided command of each log' }),
  ids: Type.Array(Type.String(), { description: 'recent ids of delivered commands, as their publishers chose them' }),
  runs: Type.Array(Type.Tuple([Type.String(), Type.String(), Type.Boolean()]), {
    description:
      'runs of verbs that have not finished, oldest first: verb id, id of its command, whether it has started',
  }),
  silent: Type.Optional(
    Type.Array(Type.String(), { description: 'of their commands, the ids of those that no later result is wanted of' }),
  ),
  claimed: Type.Boolean({ description: 'somebody has sent the call a command' }),
  live: Type.Boolean({ description: 'jambonz has made a session of its initial application' }),
  hooks: Type.Array(Type.Tuple([Type.String(), Type.Unsafe<HookKind>(Type.String())]), {
    description: 'the hooks that its verbs have named, and how',
  }),
  questions: Type.Array(Type.Tuple([Type.String(), Type.String()]), {
    description: 'messages of jambonz that wanted an answer lately: msgid and kind of question',
  }),
});
export type CallMemory = Static<typeof CallMemory>;

const check = TypeCompiler.Compile(CallMemory);

/** The memory of a call that nothing was sent to. */
export function emptyMemory(): CallMemory {
  return { decided: [], ids: [], runs: [], claimed: false, live: false, hooks: [], questions: [] };
}

export function encodeCallMemory(memory: CallMemory): Buffer {
  return Buffer.from(JSON.stringify(memory));
}

/** The memory in `payload`, or undefined when there is none or it is not one (a call goes on without its memory). */
export function decodeCallMemory(payload: Uint8Array): CallMemory | undefined {
  if (payload.length === 0) return undefined;
  try {
    const memory: unknown = JSON.parse(Buffer.from(payload).toString('utf8'));
    return check.Check(memory) ? memory : undefined;
  } catch {
    return undefined;
  }
}

/** Notes a decided command, unless a later one of the same log is noted already. Logs of former streams are few and stay. */
export function noteDecided(list: Decided[], next: Decided): void {
  const at = list.findIndex(({ log }) => log === next.log);
  if (at === -1) {
    list.push(next);
    if (list.length > MAX_LOGS) list.shift();
  } else if ((list[at] as Decided).offset < next.offset) list[at] = next;
}

/** A call's commands are in one partition of one log; another one comes only when the stream is made anew or partitions are added. */
export const MAX_LOGS = 4;
