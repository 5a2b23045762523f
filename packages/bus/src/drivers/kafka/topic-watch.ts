import type { OnTrouble } from '../../trouble.ts';
import { oneAtATime } from '../../waiting/one-at-a-time.ts';
import { fromKafka } from './connection/errors.ts';
import { keptConnection } from './connection/kept-connection.ts';
import type { Flaw } from './topic-settings.ts';
import { refuse, seeToTopics, type Topics, type TopicsOptions } from './topics.ts';

/** Looks after the topics: they may be deleted and altered while adapters work on them. */
export interface TopicWatch {
  /** @throws JambusError `bad_config` or `bus_refused` when a topic cannot be used; as `fromKafka` otherwise */
  firstLook(): Promise<void>;
  /** Looks now and then from here on. */
  start(): void;
  /** Looks now, and creates what is missing. */
  lookAgain(): void;
  /** What an operator has to mend. */
  readonly faults: readonly string[];
  /** Most bytes that a topic takes of a partition at a time; undefined when that is not known. */
  maxBytes(topic: string): number | undefined;
  end(): void;
}

/** Two small questions to one broker. What is altered does harm within minutes at the soonest. */
const LOOK_MS = 5_000;
/** A fault that lasts is told of again after so many looks. */
const REMIND_LOOKS = 120;

export function watchTopics(options: Omit<TopicsOptions, 'connection'>, onTrouble: OnTrouble): TopicWatch {
  const connection = keptConnection(options.cluster);
  const seeing = { ...options, connection };
  const faults = createFlaws('unusable_setting', onTrouble, REMIND_LOOKS);
  const risks = createFlaws('risky_setting', onTrouble, Number.POSITIVE_INFINITY);
  let seen: Topics | undefined;
  let timer: NodeJS.Timeout | undefined;
  let ended = false;

  const see = async (): Promise<Topics> => {
    const topics = await seeToTopics(seeing);
    if (ended) return topics;
    seen = topics;
    risks.are(topics.risks);
    return topics;
  };
  const lookAgain = oneAtATime(async () => {
    try {
      const topics = await see();
      if (!ended) faults.are(topics.faults);
    } catch (error) {
      if (!ended) onTrouble({ kind: 'broker_failed', error: fromKafka(error, 'looking at the topics') });
    }
  });

  return {
    firstLook: async () => {
      const topics = await see();
      // Those that are left may mend themselves, and the adapter is not ready until they have.
      refuse(topics.faults);
      faults.are(topics.faults);
    },
    start: () => {
      timer = setInterval(lookAgain, LOOK_MS);
    },
    lookAgain,
    get faults() {
      return faults.all;
    },
    maxBytes: (topic) => seen?.maxBytes.get(topic),
    end: () => {
      ended = true;
      clearInterval(timer);
      connection.end();
    },
  };
}

/** What is wrong now, told of when it begins and when it is over. */
function createFlaws(kind: 'unusable_setting' | 'risky_setting', onTrouble: OnTrouble, remindLooks: number) {
  let known = new Map<string, { readonly detail: string; readonly looks: number }>();
  return {
    get all(): readonly string[] {
      return [...known.values()].map(({ detail }) => detail);
    },
    are: (flaws: readonly Flaw[]): void => {
      const now = new Map<string, { readonly detail: string; readonly looks: number }>();
      for (const { about, detail } of flaws) {
        const looks = ((known.get(about)?.looks ?? -1) + 1) % remindLooks;
        now.set(about, { detail, looks });
        if (looks === 0) onTrouble({ kind, detail });
      }
      for (const about of known.keys()) {
        if (!now.has(about)) onTrouble({ kind: 'mended_setting', detail: `${about} is as it should be again` });
      }
      known = now;
    },
  };
}
