import { MAX_CALL_SID_BYTES } from '@jambus/schema';
import { type Static, Type } from '@sinclair/typebox';

/* Parts that frames of both directions have. */

export const CallSid = Type.String({ minLength: 1, maxLength: MAX_CALL_SID_BYTES });
/** The name of a gateway or adapter. */
export const Identity = Type.String({ minLength: 1, maxLength: 256 });
export const Counter = Type.Integer({ minimum: 1 });
export const Sequence = Type.Integer({ minimum: 0 });
/** W3C trace context; what is none is taken for nothing, not for a fault. */
export const Traceparent = Type.String({ maxLength: 512 });
/** Time since the epoch. */
export const Milliseconds = Type.Number({ minimum: 0 });

/** A websocket that claims to be one of a call which another gateway may have. That gateway decides by this. */
export const Contender = Type.Object({
  address: Type.String({ description: 'of the peer, or of the proxy in front of it' }),
  user: Type.String({ description: 'it signed in as; empty where no credentials are asked for' }),
  control: Type.Boolean({
    description: 'commands go there from now on; otherwise it may only tell the status of the call',
  }),
  begins: Type.Optional(
    Type.Literal(true, {
      description: 'the call is said to begin there, which is so only if it has left this gateway unanswered',
    }),
  ),
});
export type Contender = Static<typeof Contender>;
