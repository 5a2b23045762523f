/**
 * Whose turn it is, round by round: everybody once a round, in both directions, so that what else the machine does falls on
 * all of them.
 */
export function* turns<One>(
  all: readonly One[],
  rounds: number,
): Generator<{ readonly one: One; readonly round: number }> {
  for (let round = 1; round <= rounds; round++) {
    for (const one of round % 2 === 1 ? all : all.toReversed()) yield { one, round };
  }
}
