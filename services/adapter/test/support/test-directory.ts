import {
  type CallDirectory,
  type CallDirectoryOptions,
  createCallDirectory,
  type DirectoryGateway,
  type PastOnBus,
} from '../../src/calls/call-directory.ts';
import type { FakeDirectoryGateway } from './fake-directory-gateway.ts';

export const NO_MEMORY = Buffer.alloc(0);
/** How long a gateway that is out of reach may come back. */
export const OUT_OF_REACH_MS = 400;

/** A directory, and what is around it for the test to set. */
export interface TestDirectory<G extends DirectoryGateway = FakeDirectoryGateway> {
  readonly directory: CallDirectory<G>;
  complete: boolean;
  /** What the bus has of every call. */
  past: PastOnBus | undefined;
  /** The calls that were asked for on the bus. */
  readonly asked: string[];
  /** Calls that requests are taken for. */
  readonly reachable: Set<string>;
  /** Until when what this adapter has is not on the bus; undefined when it is. */
  flushing: Promise<void> | undefined;
  /** Until when the bus does not answer; undefined when it does. */
  answering: Promise<void> | undefined;
}

export function createTestDirectory<G extends DirectoryGateway = FakeDirectoryGateway>(
  options: Partial<CallDirectoryOptions> = {},
): TestDirectory<G> {
  const asked: string[] = [];
  const reachable = new Set<string>();
  const directory = createCallDirectory<G>({
    endedCallMemory: 10,
    outOfReachMs: OUT_OF_REACH_MS,
    isComplete: () => made.complete,
    flushed: () => made.flushing ?? Promise.resolve(),
    pastOf: async (callSid) => {
      asked.push(callSid);
      await made.answering;
      return made.past;
    },
    onKnown: (callSid) => void reachable.add(callSid),
    onGone: (callSid) => void reachable.delete(callSid),
    ...options,
  });
  const made: TestDirectory<G> = {
    directory,
    complete: true,
    past: undefined,
    asked,
    reachable,
    flushing: undefined,
    answering: undefined,
  };
  return made;
}
