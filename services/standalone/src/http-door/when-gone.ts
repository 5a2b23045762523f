import type { ServerResponse } from 'node:http';

/** A signal that aborts when the response has ended, or the client has left before that. */
export function whenGone(response: ServerResponse): AbortSignal {
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  return gone.signal;
}
