import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type {
  CallSocket,
  Channel,
  ConfirmedCommand,
  Copy,
  Facts,
  History,
  Saying,
  StoredCommand,
  Write,
} from './history.ts';

/** What one simulated jambonz has recorded. */
export interface JambonzRecording {
  readonly sockets: readonly CallSocket[];
  readonly writes: readonly Write[];
  readonly sayings: readonly Saying[];
}

const FILES = [
  'confirmed',
  'stored',
  'sockets',
  'writes',
  'sayings',
  'results-stored',
  'results-seen',
  'events-stored',
  'events-seen',
  'deadletters',
] as const;
type Name = (typeof FILES)[number];

/** Writes a history as files with a line of JSON for each thing, to be read by people and checked again. */
export async function writeHistory(folder: string, history: History): Promise<void> {
  const { confirmed, stored, sockets, writes, sayings, results, events, deadLetters } = history;
  const contents: Record<Name, readonly unknown[]> = {
    confirmed,
    stored,
    sockets,
    writes,
    sayings,
    'results-stored': results.stored,
    'results-seen': results.seen,
    'events-stored': events.stored,
    'events-seen': events.seen,
    deadletters: deadLetters,
  };
  await writeFile(join(folder, 'facts.json'), JSON.stringify(history.facts, undefined, 2));
  for (const name of FILES) await writeLines(join(folder, `${name}.ndjson`), contents[name]);
}

export async function readHistory(folder: string): Promise<History> {
  const lines = <T>(name: Name): Promise<T[]> => readLines<T>(join(folder, `${name}.ndjson`));
  const channel = async (name: 'results' | 'events'): Promise<Channel> => ({
    stored: await lines<Copy>(`${name}-stored`),
    seen: await lines<Copy>(`${name}-seen`),
  });
  return {
    facts: JSON.parse(await readFile(join(folder, 'facts.json'), 'utf8')) as Facts,
    confirmed: await lines<ConfirmedCommand>('confirmed'),
    stored: await lines<StoredCommand>('stored'),
    sockets: await lines<CallSocket>('sockets'),
    writes: await lines<Write>('writes'),
    sayings: await lines<Saying>('sayings'),
    results: await channel('results'),
    events: await channel('events'),
    deadLetters: await lines<Copy>('deadletters'),
  };
}

export async function writeLines(file: string, things: readonly unknown[]): Promise<void> {
  await writeFile(file, things.map((thing) => `${JSON.stringify(thing)}\n`).join(''));
}

export async function readLines<T>(file: string): Promise<T[]> {
  const text = await readFile(file, 'utf8');
  return text.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line) as T]));
}
