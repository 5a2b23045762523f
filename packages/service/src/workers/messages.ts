/** What a worker says to the process that started it: whether new work should be sent to it. The first one says that it is up. */
export interface WorkerMessage {
  readonly jambus: 'ready';
  readonly ready: boolean;
}

/** What a worker is told: to stop in good order; or how many workers there are, and how many of them are ready. */
export type PrimaryMessage =
  | { readonly jambus: 'stop' }
  | { readonly jambus: 'peers'; readonly ready: number; readonly count: number };

export function isWorkerMessage(message: unknown): message is WorkerMessage {
  return isOurs(message) && message.jambus === 'ready';
}

export function isPrimaryMessage(message: unknown): message is PrimaryMessage {
  return isOurs(message) && (message.jambus === 'stop' || message.jambus === 'peers');
}

/** Both ends are of the same build, so a word suffices to tell our messages from those of others. */
function isOurs(message: unknown): message is { readonly jambus: unknown } {
  return typeof message === 'object' && message !== null && 'jambus' in message;
}
