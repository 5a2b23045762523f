import { type Static, Type } from '@sinclair/typebox';
import { memo } from './memo.ts';

/** The four kinds of message that jambus has on a bus. */
export type Channel = 'commands' | 'events' | 'results' | 'deadletters';

export const CHANNELS: readonly Channel[] = ['commands', 'events', 'results', 'deadletters'];

/** Names of the channels' topics (Kafka), streams (NATS) and logs (memory), for one prefix. */
export type BusNames = Readonly<Record<Channel, string>> & {
  readonly prefix: string;
  /** NATS subject on which a caller asks for a command's result at once. */
  readonly request: string;
};

/** The prefix of every name unless a setting says otherwise. */
export const DEFAULT_PREFIX = 'jambonz';

/** A prefix, which every kind of bus takes as the beginning of a name. */
export const BusPrefix = Type.String({ pattern: '^[A-Za-z0-9_-]+(\\.[A-Za-z0-9_-]+)*$', maxLength: 100 });
export type BusPrefix = Static<typeof BusPrefix>;

/**
 * Every topic, stream and subject name of jambus comes from here.
 *
 * @param prefix first part of each name, by default `jambonz`
 * @param overrides names to use in place of `<prefix>.<channel>`
 */
export function busNames(prefix: string = DEFAULT_PREFIX, overrides: Partial<Record<Channel, string>> = {}): BusNames {
  return Object.freeze({
    prefix,
    commands: overrides.commands ?? `${prefix}.commands`,
    events: overrides.events ?? `${prefix}.events`,
    results: overrides.results ?? `${prefix}.results`,
    deadletters: overrides.deadletters ?? `${prefix}.deadletters`,
    request: `${prefix}.request`,
  });
}

/** `verb:status` → `verb.status`: a jambonz message type as the tail of a subject or of a CloudEvents type. */
export function dotted(jambonzType: string): string {
  return jambonzType.replaceAll(':', '.');
}

/** `verb:status` → `jambonz.verb.status`; what jambus itself says keeps its own name: `jambus:lost` → `jambus.lost`. */
export const cloudEventsType = memo((type) => (type.startsWith('jambus:') ? dotted(type) : `jambonz.${dotted(type)}`));
