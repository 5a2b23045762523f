import { JambusError } from '@jambus/schema';
import type { Msg } from 'nats';
import { fromApiError } from './errors.ts';

/** What is looked at of an answer. */
export type AnswerMessage = Pick<Msg, 'subject' | 'headers' | 'data'>;

/** What the stream says to a published record. */
export type PublishAnswer =
  | { readonly kind: 'stored' }
  /** A record with this message id is there already; this one was dropped. */
  | { readonly kind: 'duplicate' }
  | {
      readonly kind: 'refused';
      readonly error: JambusError;
      /** Nobody takes what is published on this subject: its stream is gone, or JetStream is. */
      readonly nobodyThere: boolean;
    };

const decoder = new TextDecoder();
/** The server's own answer when nobody listens to a subject. */
const NOBODY_THERE = 503;

/** Reads the answer to a publish on `subject`. Never throws. */
export function readPublishAnswer(answer: AnswerMessage, subject: string): PublishAnswer {
  const doing = `publishing on ${subject}`;
  const nobodyThere = answer.headers?.code === NOBODY_THERE;
  if (answer.data.byteLength === 0) {
    return unavailable(
      `${doing}: no stream takes it, or its stream has no leader; adapters make the streams`,
      nobodyThere,
    );
  }
  const { error, seq, duplicate } = parse(answer.data);
  if (isRecord(error) && typeof error['code'] === 'number') {
    const { code, err_code: number, description } = error;
    const api = { code, err_code: typeof number === 'number' ? number : 0, description: String(description) };
    return { kind: 'refused', error: fromApiError(api, doing), nobodyThere };
  }
  if (typeof seq === 'number') return { kind: duplicate === true ? 'duplicate' : 'stored' };
  return unavailable(`${doing}: the answer is not one of JetStream`, nobodyThere);
}

function unavailable(message: string, nobodyThere: boolean): PublishAnswer {
  return { kind: 'refused', error: new JambusError('bus_unavailable', message), nobodyThere };
}

function parse(data: Uint8Array): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(decoder.decode(data));
    return isRecord(value) ? value : {};
  } catch {
    // Like every other answer that is none: the caller says so.
    return {};
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
