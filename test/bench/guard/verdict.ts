/** So much more than recorded is worth a warning, %. */
export const WARN_PERCENT = 15;

/** Ratios by the major version of Node, as each has other compilers. */
export type RecordedRatios = Readonly<Record<string, number>>;

/** @throws Error when the file is not what `--record` writes */
export function parseRecorded(text: string): RecordedRatios {
  const recorded: unknown = JSON.parse(text);
  if (typeof recorded !== 'object' || recorded === null || Array.isArray(recorded)) {
    throw new Error('recorded ratios are not an object');
  }
  for (const [major, ratio] of Object.entries(recorded)) {
    if (!(typeof ratio === 'number' && ratio > 0)) throw new Error(`the ratio recorded for Node ${major} is no ratio`);
  }
  return recorded as RecordedRatios;
}

/**
 * One line: ok, or a warning with what to do.
 *
 * @param ratio as measured now
 * @param node major version of Node
 */
export function verdictOn(ratio: number, recorded: RecordedRatios, node: string): string {
  const now = ratio.toFixed(2);
  const before = recorded[node];
  if (before === undefined) {
    return `hot path: warning: no ratio is recorded for Node ${node}, ${now} was measured; record it with "pnpm bench guard --record"`;
  }
  const percent = (ratio / before - 1) * 100;
  const compared = `a round trip costs ${now} steps of the reference loop, ${before.toFixed(2)} are recorded for Node ${node} (${percent < 0 ? '−' : '+'}${Math.abs(percent).toFixed(1)} %)`;
  if (percent > WARN_PERCENT) {
    return `hot path: warning: ${compared}; look for the cause in a profile, or record the new ratio with "pnpm bench guard --record" if it is wanted`;
  }
  if (percent < -WARN_PERCENT) {
    return `hot path: ok: ${compared}; record the gain with "pnpm bench guard --record", or it may be lost without a warning`;
  }
  return `hot path: ok: ${compared}`;
}
