/** The ids of the commands that had an effect on a call lately, so that a second record with one of them has none. */
export interface RecentIds {
  has(id: string): boolean;
  /** Remembers `id`, forgetting the oldest when there are too many. */
  add(id: string): void;
  /** Oldest first. */
  list(): string[];
}

/** @param limit how many ids are remembered */
export function createRecentIds(limit: number): RecentIds {
  // A Set iterates in insertion order, which makes it a queue by age. Built on first use: most calls are idle.
  let ids: Set<string> | undefined;
  return {
    has: (id) => ids?.has(id) ?? false,
    add(id) {
      ids ??= new Set();
      ids.delete(id);
      ids.add(id);
      if (ids.size > limit) ids.delete(ids.values().next().value as string);
    },
    list: () => [...(ids ?? [])],
  };
}
