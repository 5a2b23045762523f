import type { CallOptions } from '../../simulator/index.ts';
import type { Step } from '../checklist.ts';
import type { ReplyTo } from '../ivr.ts';

/** A call that the demo shows: how it comes about, the service that serves it, and what has to happen. */
export interface Story {
  /** On the command line. */
  readonly name: string;
  /** One line for people. */
  readonly summary: string;
  /** What jambonz and the people on the phone do. */
  readonly call: Pick<CallOptions, 'kind' | 'script'>;
  readonly replyTo: ReplyTo;
  /** In this order. */
  readonly steps: (callSid: string) => readonly Step[];
}
