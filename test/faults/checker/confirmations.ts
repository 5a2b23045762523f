import type { Case } from './case.ts';
import type { Violation } from './violation.ts';

/** The broker has what it confirmed, where it said. Without that, nothing else here would mean anything. */
export function checkConfirmations({ history, byMarker }: Case): Violation[] {
  return history.confirmed.flatMap(({ marker, callSid, partition, offset }) => {
    const there = (byMarker.get(marker) ?? []).some(
      ({ command: { place } }) => place.offset === offset && (partition === undefined || place.partition === partition),
    );
    return there ? [] : [{ rule: 'stored record missing', callSid, what: `${marker} confirmed at ${offset}` } as const];
  });
}
