const NANOS_PER_SECOND = 1_000_000_000n;
const NANO_DIGITS = 9;

/**
 * What positions call the log of a partition: `<life>/<partition>`. A stream's life is named by when it was created, to the
 * nanosecond, so that a stream that was deleted and made anew gives other positions.
 *
 * @param created as the server writes it: `2026-11-26T19:42:32.123456789Z`, zeros at the end left out
 */
export function logNameOf(created: string, partition: number): string {
  const seconds = BigInt(Math.floor(Date.parse(created) / 1_000));
  const fraction = /\.(\d+)/.exec(created)?.[1] ?? '';
  const nanos = BigInt(fraction.slice(0, NANO_DIGITS).padEnd(NANO_DIGITS, '0'));
  return `${(seconds * NANOS_PER_SECOND + nanos).toString(36)}/${partition}`;
}
