import { type Static, Type } from '@sinclair/typebox';

/** The headers in which NATS services say that they could not do what they were asked. */
export const REQUEST_ERROR = { text: 'Nats-Service-Error', code: 'Nats-Service-Error-Code' } as const;

/** By this header JetStream knows a message, to drop it when it is published again. */
export const NATS_MESSAGE_ID = 'Nats-Msg-Id';

/** Why a request on NATS did not become a command: the headers of an answer that has no payload. */
export const RequestError = Type.Object(
  {
    [REQUEST_ERROR.text]: Type.String({ description: 'What went wrong, for people' }),
    [REQUEST_ERROR.code]: Type.Union([Type.Literal('400'), Type.Literal('409'), Type.Literal('503')], {
      description:
        '400: the broker does not take it; 409: a message with this Nats-Msg-Id was there before; 503: not now, try again',
    }),
  },
  { $id: 'RequestError', description: 'Why a request did not become a command' },
);
export type RequestError = Static<typeof RequestError>;
export type RequestErrorCode = RequestError[typeof REQUEST_ERROR.code];
