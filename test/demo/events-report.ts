import { differs, type Past } from './sights.ts';

/** The events of the call as a whole. */
export interface EventsReport {
  readonly count: number;
  /** What is wrong with them, for people: they are what jambonz said, unchanged and numbered without a gap. */
  readonly fault: string | undefined;
}

/** @param seen everything that was seen in the call */
export function checkEvents(seen: Past): EventsReport {
  const events = seen.flatMap((each) => (each.kind === 'event' ? [each.event] : []));
  const said = seen.flatMap((each) => (each.kind === 'said' ? [each.message] : []));
  const faults = events.map(
    ({ sequence, data }, index) =>
      differs('sequence of an event', sequence, String(index + 1)) ?? differs(`event ${sequence}`, data, said[index]),
  );
  const fault = faults.find((each) => each !== undefined) ?? differs('number of events', events.length, said.length);
  return { count: events.length, fault };
}
