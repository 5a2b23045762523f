import { distance } from 'fastest-levenshtein';
import { oneOf } from './fault.ts';

/** Longer names than this are no typo of anything, and comparing them would cost time. */
const MAX_NAME_LENGTH = 64;

/**
 * The candidate that `name` was most likely meant to be: spelled the same but for case and punctuation, or a few letters
 * away. Undefined when none is near.
 */
export function closestName(name: string, candidates: Iterable<string>): string | undefined {
  if (name.length > MAX_NAME_LENGTH) return undefined;
  const meant = letters(name);
  let best: string | undefined;
  let bestDistance = Math.min(3, Math.max(1, Math.floor(meant.length * 0.4))) + 1;
  for (const candidate of candidates) {
    const away = steps(meant, letters(candidate));
    if (away < bestDistance) {
      best = candidate;
      bestDistance = away;
    }
  }
  return best;
}

/** `; did you mean "text"?`, or nothing when no candidate is near. */
export function didYouMean(name: string, candidates: Iterable<string>): string {
  const closest = closestName(name, candidates);
  return closest === undefined || closest === name ? '' : `; did you mean ${JSON.stringify(closest)}?`;
}

/** `didYouMean`, or where nothing is near and the choice is small, the whole choice. */
export function didYouMeanOneOf(name: string, candidates: readonly string[]): string {
  const near = didYouMean(name, candidates);
  return near !== '' || candidates.length === 0 || candidates.length > 8 ? near : `; there is ${oneOf(candidates)}`;
}

/** Edits from one word to another; two letters that changed places are one slip of the fingers, not two. */
function steps(from: string, to: string): number {
  const edits = distance(from, to);
  return edits === 2 && sorted(from) === sorted(to) ? 1 : edits;
}

function sorted(word: string): string {
  return [...word].sort().join('');
}

/** `queue_command`, `queuecommand` and `queueCommand` are the same word. */
function letters(name: string): string {
  return name.toLowerCase().replaceAll(/[^a-z0-9]/g, '');
}
