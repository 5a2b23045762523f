import { type BusNames, type Channel, dotted } from '@jambus/schema';

/** Subjects of a channel's records about one call, or all. */
export function recordsSubject(channel: 'commands' | 'results', names: BusNames, callSid = '*'): string {
  return `${names[channel]}.${callSid}`;
}

/** Subjects of the events of one call or all, of one type or all. */
export function eventsSubject(names: BusNames, callSid = '*', type?: string): string {
  return `${names.events}.${callSid}.${type === undefined ? '>' : dotted(type)}`;
}

/** The call that a record of a channel is about; undefined for a subject that is none of the channel's. */
export function callSidOf(channel: Channel, names: BusNames, subject: string): string | undefined {
  const before = `${names[channel]}.`;
  if (!subject.startsWith(before)) return undefined;
  const end = subject.indexOf('.', before.length);
  return subject.slice(before.length, end === -1 ? undefined : end);
}
