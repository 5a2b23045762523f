/** Where a command id was first seen, and how far it got. */
export interface SeenCommand {
  readonly position: string;
  /** False while it waits for the call's websocket. */
  delivered: boolean;
}

/** The command ids a call has seen last, so that a redelivery has no second effect. */
export interface RecentCommands {
  get(id: string): SeenCommand | undefined;
  /** Remembers `id`, forgetting the oldest delivered one when there are too many. */
  add(id: string, position: string, delivered: boolean): SeenCommand;
  /** Forgets an id that had no effect on the call after all. */
  forget(id: string): void;
  /** The delivered ones, oldest first, as `[id, position]`. */
  delivered(): [string, string][];
}

/** @param limit how many ids are remembered */
export function createRecentCommands(limit: number): RecentCommands {
  // A Map iterates in insertion order, which makes it a queue by age. Built on first use: most calls are idle.
  let seen: Map<string, SeenCommand> | undefined;
  return {
    get: (id) => seen?.get(id),
    add(id, position, delivered) {
      seen ??= new Map();
      const entry = { position, delivered };
      seen.set(id, entry);
      if (seen.size > limit) evictOldest(seen);
      return entry;
    },
    forget(id) {
      seen?.delete(id);
    },
    delivered() {
      return [...(seen ?? [])].filter(([, entry]) => entry.delivered).map(([id, entry]) => [id, entry.position]);
    },
  };
}

/** A command that still waits must not be forgotten: its second record would then be delivered too. */
function evictOldest(seen: Map<string, SeenCommand>): void {
  for (const [id, entry] of seen) {
    if (!entry.delivered) continue;
    seen.delete(id);
    return;
  }
}
