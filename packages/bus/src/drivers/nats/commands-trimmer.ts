import type { StreamInfo } from 'nats';
import type { OnTrouble } from '../../trouble.ts';
import { pause } from '../../waiting/pause.ts';
import { fromNats, isMessageMissing } from './connection/errors.ts';
import type { NatsLink } from './connection/link.ts';
import { committedPosition, type PositionsOptions } from './positions.ts';

export interface CommandsTrimmerOptions {
  readonly link: NatsLink;
  readonly positions: PositionsOptions;
  /** The stored subjects of each partition. */
  readonly filterSubjects: readonly string[];
  /** How long a command that is dealt with stays for people to look at, ms, when there is room. */
  readonly keepMs: number;
  /** False while what the stream has is not all under `filterSubjects`: nothing is deleted then. */
  readonly readable: () => boolean;
  readonly onTrouble: OnTrouble;
}

/** From this share of its bounds on, a stream of commands that are not dealt with is told of: soon it takes no more. */
const FULL = 0.9;

/** Where the stream ended at a time. */
interface Mark {
  readonly at: number;
  readonly sequence: number;
}

const TRIM_INTERVAL_MS = 2_000;
/** How exactly `keepMs` is kept: its part by which marks are apart. */
const MARKS = 20;
/** The share of its bytes that a stream may fill before commands that are dealt with make room early. */
const ROOMY = 0.5;

/**
 * Deletes commands from the stream's beginning on, as far as all of them are dealt with, until a signal aborts. The stream
 * itself deletes none: its bounds would take what nobody has read as well, and no one would hear of it. So a stream that is
 * full of unread commands takes no more, and says so to who publishes.
 */
export async function keepCommandsTrimmed(
  options: CommandsTrimmerOptions,
  ...signals: readonly AbortSignal[]
): Promise<void> {
  const { link, onTrouble } = options;
  const marks: Mark[] = [];
  for (;;) {
    await pause(TRIM_INTERVAL_MS, ...signals);
    if (signals.some(({ aborted }) => aborted)) return;
    if (!link.connected() || !options.readable()) continue;
    try {
      await trim(options, marks);
    } catch (error) {
      if (signals.some(({ aborted }) => aborted)) return;
      onTrouble({ kind: 'broker_failed', error: fromNats(error, 'deleting commands that are dealt with') });
    }
  }
}

async function trim(options: CommandsTrimmerOptions, marks: Mark[]): Promise<void> {
  const { link, positions } = options;
  const info = await link.jsm.streams.info(positions.stream);
  // What can be purged no more is an operator's affair.
  if (info.config.sealed || info.config.deny_purge) return;
  mark(marks, info.state.last_seq, options.keepMs);
  const wanted = wantedEnd(info, marks, options.keepMs);
  if (wanted < info.state.first_seq) return;
  const end = await finishedUpTo(wanted, info.created, options);
  const { first_seq: first, last_seq: last } = info.state;
  if ((fillOf(info) * (last - Math.max(end, first - 1))) / (last - first + 1) > FULL) tellFull(info, options);
  if (end < first) return;
  // What is dealt with in a stream that has been made anew meanwhile is something else.
  if ((await link.jsm.streams.info(positions.stream)).created !== info.created) return;
  // Deletes all below, which is quick as it looks at no message.
  await link.jsm.streams.purge(positions.stream, { seq: end + 1 });
}

function mark(marks: Mark[], sequence: number, keepMs: number): void {
  const at = performance.now();
  const latest = marks.at(-1);
  // The stream was deleted and made again.
  if (latest !== undefined && latest.sequence > sequence) marks.length = 0;
  if (latest === undefined || at - latest.at >= keepMs / MARKS) marks.push({ at, sequence });
  while (marks[1] !== undefined && at - marks[1].at > keepMs) marks.shift();
}

/** The share of its bounds that the stream has filled. */
function fillOf({ config, state }: StreamInfo): number {
  const bytes = config.max_bytes > 0 ? state.bytes / config.max_bytes : 0;
  const messages = config.max_msgs > 0 ? state.messages / config.max_msgs : 0;
  return Math.max(bytes, messages);
}

function tellFull({ config, state }: StreamInfo, { onTrouble }: CommandsTrimmerOptions): void {
  const detail =
    `stream ${config.name} is full of ${state.messages} commands that are not dealt with, and soon refuses who publishes ` +
    'more. See why adapters do not get through them, or raise its max_bytes and max_msgs';
  onTrouble({ kind: 'commands_full', detail });
}

/** The last command that need not stay, were it dealt with. */
function wantedEnd(info: StreamInfo, [oldest]: readonly Mark[], keepMs: number): number {
  if (fillOf(info) > ROOMY) return info.state.last_seq;
  return oldest !== undefined && performance.now() - oldest.at >= keepMs ? oldest.sequence : 0;
}

/** Up to where no partition has a command that is not dealt with; at most `end`. */
async function finishedUpTo(end: number, created: string, options: CommandsTrimmerOptions): Promise<number> {
  const { link, positions, filterSubjects } = options;
  let finished = end;
  for (const [partition, filterSubject] of filterSubjects.entries()) {
    const position = await committedPosition(positions.bucket, partition, created);
    if (position >= finished) continue;
    const next = await nextSequence(link, positions.stream, filterSubject, position + 1);
    if (next !== undefined) finished = Math.min(finished, next - 1);
  }
  return finished;
}

/** The first message of a subject from a sequence on. The client's types do not know that the server can be asked so. */
async function nextSequence(
  link: NatsLink,
  stream: string,
  subject: string,
  from: number,
): Promise<number | undefined> {
  const query = { seq: from, next_by_subj: subject };
  try {
    return (await link.jsm.streams.getMessage(stream, query)).seq;
  } catch (error) {
    if (isMessageMissing(error)) return undefined;
    throw error;
  }
}
