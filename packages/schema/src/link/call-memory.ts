import { type Static, Type } from '@sinclair/typebox';
import { TypeCompiler } from '@sinclair/typebox/compiler';

/**
 * What one gateway knows of a call and the next one must: it travels as the payload of `closed` (reason `moved`) to every
 * adapter, and back as the payload of `known` to the gateway where the call shows up.
 */
export const CallMemory = Type.Object({
  commands: Type.Array(Type.Tuple([Type.String(), Type.String()]), { description: 'recent [command id, position]' }),
  verbs: Type.Array(Type.Tuple([Type.String(), Type.String()]), { description: 'recent [verb id, command id]' }),
  playing: Type.Array(Type.String(), { description: 'ids of verbs started and not finished' }),
});
export type CallMemory = Static<typeof CallMemory>;

const check = TypeCompiler.Compile(CallMemory);

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
