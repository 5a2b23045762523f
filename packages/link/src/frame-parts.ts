import { MAX_CALL_SID_LENGTH } from '@jambus/schema';
import { Type } from '@sinclair/typebox';

/* Parts that frames of both directions have. */

export const CallSid = Type.String({ minLength: 1, maxLength: MAX_CALL_SID_LENGTH });
/** The name of a gateway or adapter. */
export const Identity = Type.String({ minLength: 1, maxLength: 256 });
export const Counter = Type.Integer({ minimum: 1 });
export const Sequence = Type.Integer({ minimum: 0 });
/** W3C trace context; what is none is taken for nothing, not for a fault. */
export const Traceparent = Type.String({ maxLength: 512 });
/** Time since the epoch. */
export const Milliseconds = Type.Number({ minimum: 0 });
