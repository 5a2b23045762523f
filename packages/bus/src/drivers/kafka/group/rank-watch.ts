import type { Standing } from '../../../port/index.ts';

/** The rank of this reader, and whether the group knows it. */
export interface RankWatch {
  /** The rank to tell the group now. */
  tell(): number;
  /** Whether the group has been told another one, and this one has had a moment to settle. */
  readonly isDue: boolean;
  end(): void;
}

/** Several changes, of one reader or of all of them, are to be one meeting of the group, ms. */
const SETTLES_MS = 200;

export function watchRank(standing: Standing): RankWatch {
  let told: number | undefined;
  let differsSince: number | undefined;
  const end = standing.onChange(() => {
    if (told === undefined || standing.rank === told) differsSince = undefined;
    else differsSince ??= performance.now();
  });
  return {
    tell: () => {
      told = standing.rank;
      differsSince = undefined;
      return told;
    },
    get isDue() {
      return differsSince !== undefined && performance.now() - differsSince >= SETTLES_MS;
    },
    end,
  };
}

/** What the client takes for the word of a broker that the group meets, so that it asks to be let in again and stays in it. */
export function askingForMeeting(): Error {
  return Object.assign(new Error('this reader asks the group to meet'), { type: 'REBALANCE_IN_PROGRESS' });
}
