/** Somebody who waits in a queue. */
export interface Waiter {
  /** Somebody takes the caller out; resolves when the two have hung up on each other. */
  take(untilPartnerLeaves: Promise<void>): void;
}

/** The queues and conferences of the simulated platform: all calls of a process share them, by name. */
const queues = new Map<string, Waiter[]>();
const conferences = new Map<string, Set<object>>();
const startListeners = new Map<string, Set<() => void>>();

/** Puts somebody at the end of a queue; gives back how to leave it. */
export function joinQueue(name: string, waiter: Waiter): { position(): number; size(): number; leave(): void } {
  const queue = queues.get(name) ?? [];
  queues.set(name, queue);
  queue.push(waiter);
  return {
    position: () => queue.indexOf(waiter),
    size: () => queue.length,
    leave: () => {
      const index = queue.indexOf(waiter);
      if (index >= 0) queue.splice(index, 1);
      if (queue.length === 0 && queues.get(name) === queue) queues.delete(name);
    },
  };
}

/** Takes out who has waited longest. */
export function takeFromQueue(name: string): Waiter | undefined {
  return queues.get(name)?.shift();
}

/** True while a conference of this name runs. */
export function isRunning(name: string): boolean {
  return conferences.has(name);
}

/** Joins a conference, which starts with its first member; gives back how to leave it. */
export function joinConference(name: string): { members(): number; leave(): void } {
  const member = {};
  const members = conferences.get(name) ?? new Set();
  const starts = members.size === 0;
  members.add(member);
  conferences.set(name, members);
  if (starts) for (const tell of startListeners.get(name) ?? []) tell();
  return {
    members: () => members.size,
    leave: () => {
      members.delete(member);
      if (members.size === 0) conferences.delete(name);
    },
  };
}

/** Tells when a conference of this name starts; gives back how to stop listening. */
export function onStart(name: string, tell: () => void): () => void {
  const listeners = startListeners.get(name) ?? new Set();
  startListeners.set(name, listeners);
  listeners.add(tell);
  return () => {
    listeners.delete(tell);
    if (listeners.size === 0) startListeners.delete(name);
  };
}
