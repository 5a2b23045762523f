import { createStanding, type Standing } from '@jambus/bus';

/** How long a change has to last before the other adapters are told of it: a link that is down for a moment moves nothing. */
const LASTS_MS = 2_000;

/** The standing of an adapter among the others: how many gateways it reaches. */
export interface LinkStanding extends Standing {
  /** Looks at the links. The first look counts at once. */
  update(): void;
  close(): void;
}

/** @param reached how many gateways are linked now */
export function createLinkStanding(reached: () => number): LinkStanding {
  const standing = createStanding(0);
  let timer: NodeJS.Timeout | undefined;
  /** What is told when the timer fires, if nothing changes before. */
  let next = 0;
  let begun = false;

  const tell = (): void => {
    timer = undefined;
    standing.change(next);
  };

  return {
    get rank() {
      return standing.rank;
    },
    onChange: standing.onChange,
    update() {
      if (!begun) {
        begun = true;
        standing.change(reached());
        return;
      }
      // Each dial that fails leads here; it is no change, and what was seen before goes on lasting.
      if (timer !== undefined && reached() === next) return;
      clearTimeout(timer);
      next = reached();
      timer = next === standing.rank ? undefined : setTimeout(tell, LASTS_MS);
    },
    close: () => clearTimeout(timer),
  };
}
