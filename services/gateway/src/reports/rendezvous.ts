/** FNV-1a, 32 bits: cheap, and spread well enough to share calls out. */
function hash(text: string): number {
  let h = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193);
  return h >>> 0;
}

/** Mixes two hashes into one whose every bit depends on both (the finaliser of MurmurHash3). */
function mix(a: number, b: number): number {
  let h = a ^ Math.imul(b, 0x9e3779b1);
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

/**
 * The candidate with the highest hash for `key` (rendezvous hashing): when a candidate comes or goes, only the keys that
 * it wins or had won change hands.
 */
export function rendezvous<T extends { readonly id: string }>(key: string, candidates: Iterable<T>): T | undefined {
  let keyHash: number | undefined;
  let best: T | undefined;
  let bestScore = -1;
  for (const candidate of candidates) {
    if (best === undefined) {
      // It may be the only one, which needs no score.
      best = candidate;
      continue;
    }
    if (keyHash === undefined) {
      keyHash = hash(key);
      bestScore = mix(keyHash, hash(best.id));
    }
    const score = mix(keyHash, hash(candidate.id));
    if (score > bestScore) {
      best = candidate;
      bestScore = score;
    }
  }
  return best;
}
