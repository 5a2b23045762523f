import type { CommandRecord, LanesLoad, LanesObserver } from '@jambus/bus';

/** What goes on in the lanes of all partitions. */
export interface LanesWatch extends LanesObserver {
  /** Partitions that are worked on. */
  readonly partitions: number;
  /** Most records that one of them has in hand. */
  readonly mostUnfinished: number;
}

/**
 * @param onTaken told of each command as it is read
 * @param onBuried told of each dead letter by its reason
 */
export function watchLanes(onTaken: (record: CommandRecord) => void, onBuried: (reason: string) => void): LanesWatch {
  const open = new Set<LanesLoad>();
  return {
    opened: (lanes) => void open.add(lanes),
    closed: (lanes) => void open.delete(lanes),
    taken: onTaken,
    buried: ({ type }) => onBuried(type),
    get partitions() {
      return open.size;
    },
    get mostUnfinished() {
      let most = 0;
      for (const { unfinished } of open) most = Math.max(most, unfinished);
      return most;
    },
  };
}
