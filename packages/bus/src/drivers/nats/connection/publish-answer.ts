import { JambusError } from '@jambus/schema';
import type { Msg } from 'nats';
import { fromApiError } from './errors.ts';

/** What the stream says to a published record. */
export type PublishAnswer =
  | { readonly kind: 'stored' }
  /** A record with this message id is there already; this one was dropped. */
  | { readonly kind: 'duplicate' }
  | { readonly kind: 'refused'; readonly error: JambusError };

const decoder = new TextDecoder();
/** The server's own answer when nobody listens to a subject. */
const NOBODY_THERE = 503;

/** Whether nobody takes what is published on a subject: its stream is gone, or JetStream is. */
export function isNobodyThere(answer: Msg): boolean {
  return answer.headers?.code === NOBODY_THERE;
}

/** Reads the answer to a publish on `subject`. Never throws. */
export function readPublishAnswer(answer: Msg, subject: string): PublishAnswer {
  const doing = `publishing on ${subject}`;
  if (answer.data.byteLength === 0) return refused(`${doing}: no stream takes it; is JetStream enabled?`);
  const { error, seq, duplicate } = parse(answer.data);
  if (isRecord(error) && typeof error['code'] === 'number') {
    const { code, err_code: number, description } = error;
    const api = { code, err_code: typeof number === 'number' ? number : 0, description: String(description) };
    return { kind: 'refused', error: fromApiError(api, doing) };
  }
  if (typeof seq === 'number') return { kind: duplicate === true ? 'duplicate' : 'stored' };
  return refused(`${doing}: the answer is not one of JetStream`);
}

function refused(message: string): PublishAnswer {
  return { kind: 'refused', error: new JambusError('bus_unavailable', message) };
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
