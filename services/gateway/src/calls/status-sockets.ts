import type { CallSocket } from './call-socket.ts';

/**
 * The websockets of a call that only tell its status: the one that a `redirect` verb to another address leaves behind, and
 * those of a `statusHook`. Their end says nothing about the call, and each has reconnects of its own.
 */
export interface StatusSockets {
  add(socket: CallSocket, application: string): void;
  has(socket: CallSocket): boolean;
  /** The websocket has closed. @returns false when it is none of these */
  remove(socket: CallSocket): boolean;
  /** Whether one for this application has closed and not come back. */
  awaits(application: string): boolean;
  /** Whether there is or was one for this application. */
  knows(application: string): boolean;
  readonly size: number;
  [Symbol.iterator](): Iterator<CallSocket>;
}

export function createStatusSockets(): StatusSockets {
  // Most calls have none. By the path of the websocket, as that is what jambonz dials again.
  let open: Map<CallSocket, string> | undefined;
  let closed: Set<string> | undefined;
  return {
    add(socket, application) {
      open ??= new Map();
      open.set(socket, application);
      closed?.delete(application);
    },
    has: (socket) => open?.has(socket) ?? false,
    remove(socket) {
      const application = open?.get(socket);
      if (application === undefined) return false;
      open?.delete(socket);
      closed ??= new Set();
      closed.add(application);
      return true;
    },
    awaits: (application) => closed?.has(application) ?? false,
    knows: (application) => (closed?.has(application) ?? false) || [...(open?.values() ?? [])].includes(application),
    get size() {
      return open?.size ?? 0;
    },
    [Symbol.iterator]: () => (open ?? new Map<CallSocket, string>()).keys(),
  };
}
