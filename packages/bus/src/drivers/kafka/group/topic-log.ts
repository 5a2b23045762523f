/**
 * The life of a topic, which is another one after it was deleted and made anew: offsets begin again then. It outlives a member
 * of the group that has to be replaced.
 */
export interface TopicLog {
  /** Its name in positions; undefined until somebody has looked. */
  readonly name: string | undefined;
  /** Undefined also when brokers know of no ids. */
  readonly id: Buffer | undefined;
  /** @returns whether it is another one than before */
  is(id: Buffer | undefined): boolean;
}

/**
 * The name of every log where brokers are older than 2.8 and cannot tell one life of a topic from another: positions repeat
 * there when a topic is made anew. Brokers before 3.1 can tell, but not in what is fetched; there it is noticed a second later.
 */
export const UNNAMED_LOG = 'unnamed';

export function createTopicLog(): TopicLog {
  let known: { readonly name: string; readonly id: Buffer | undefined } | undefined;
  return {
    get name() {
      return known?.name;
    },
    get id() {
      return known?.id;
    },
    is: (id) => {
      const name = logNameOf(id);
      const isAnother = known !== undefined && known.name !== name;
      known = { name, id };
      return isAnother;
    },
  };
}

/** As the tools of Kafka write the id of a topic. */
export function logNameOf(id: Buffer | undefined): string {
  return id?.toString('base64url') ?? UNNAMED_LOG;
}
