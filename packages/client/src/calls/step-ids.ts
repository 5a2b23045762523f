import { createHash } from 'node:crypto';

/** Names for the steps of one call: the same when its function is run again and does the same, also where steps overlap. */
export interface StepIds {
  /** @param content what the step sends */
  next(content: unknown): string;
}

/** Enough that no two steps of a call are ever the same by chance. */
const DIGEST_LENGTH = 12;

/** A step is known by its content, and by how many of the same content there were before. */
export function createStepIds(): StepIds {
  const counts = new Map<string, number>();
  return {
    next: (content) => {
      const digest = createHash('sha256').update(JSON.stringify(content)).digest('base64url').slice(0, DIGEST_LENGTH);
      const count = (counts.get(digest) ?? 0) + 1;
      counts.set(digest, count);
      return `${digest}.${count}`;
    },
  };
}
