import { type LogLevel, MASK, maskCredentials } from '@jambus/schema';
import { destination, type LoggerOptions, type Logger as PinoLogger, pino, stdTimeFunctions } from 'pino';
import { VERSION } from '../version.ts';
import { redact } from './redact.ts';

/**
 * What everything in jambus logs with: `logger.info({ callSid }, 'call began')`. Errors go under `err`.
 * Fields are for machines and stay stable, the sentence is for people.
 */
export type Logger = Pick<
  PinoLogger,
  'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal' | 'level' | 'isLevelEnabled'
> & {
  /** A logger that adds these fields to each of its lines. */
  child(fields: Readonly<Record<string, unknown>>): Logger;
};

/** Where lines go, one call per line. */
export interface LogDestination {
  write(line: string): void;
}

export interface LoggerSettings {
  /** Name of the service, on every line. */
  readonly service: string;
  readonly level: LogLevel;
  /** Version on every line; that of jambus when left out. */
  readonly version?: string;
  /** Values that must not appear on any line, wherever they come from: settings, messages of client libraries. */
  readonly secrets?: readonly string[];
  /** Standard output when left out. */
  readonly destination?: LogDestination;
}

/**
 * Makes the logger of a process: one JSON object per line with `level` by name, `time` in ISO 8601, `service`, `version`.
 * Secrets are blanked wherever they hide: under telling keys, in URLs, in properties of errors, and by their value.
 */
export function createLogger(settings: LoggerSettings): Logger {
  const options: LoggerOptions = {
    level: settings.level,
    base: { service: settings.service, version: settings.version ?? VERSION },
    timestamp: stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }), log: redact },
    // The formatter has made plain data of errors already, wherever they were.
    serializers: { err: (error: unknown) => error },
    hooks: { streamWrite: lineMask(settings.secrets ?? []) },
  };
  if (settings.destination !== undefined) return withGuardedChildren(pino(options, settings.destination));
  const stream = standardOutput();
  const logger = pino(options, stream);
  tellDropped(stream, logger);
  return withGuardedChildren(logger);
}

/** Masking a very short value would garble more than it hides. */
const SHORTEST_MASKED_SECRET = 6;

/** What is done to each line as a last net: credentials in URLs and known secrets are blanked. */
function lineMask(secrets: readonly string[]): (line: string) => string {
  const escaped = secrets
    .filter((secret) => secret.length >= SHORTEST_MASKED_SECRET)
    .map((secret) => JSON.stringify(secret).slice(1, -1));
  return (line) => escaped.reduce((masked, secret) => masked.replaceAll(secret, MASK), maskCredentials(line));
}

/** pino does not put the fields of a child through the formatter, so they are redacted on the way in. Children inherit this. */
function withGuardedChildren(logger: PinoLogger): Logger {
  const makeChild = logger.child;
  return Object.assign(logger, {
    child(this: PinoLogger, fields: Readonly<Record<string, unknown>>): Logger {
      return makeChild.call(this, redact(fields));
    },
  });
}

/** Lines waiting for a reader of standard output that does not read, in bytes. Beyond that the newest are dropped. */
const WAITING_BYTES = 4_194_304;

/**
 * Standard output, written in the background: a log collector that stalls must not stop the calls. pino writes what is
 * left when the process exits, and after each fatal line.
 */
function standardOutput() {
  return destination({ dest: 1, sync: false, maxLength: WAITING_BYTES });
}

/** Says how many lines were dropped, as soon as there is room to say it. */
function tellDropped(stream: ReturnType<typeof standardOutput>, logger: PinoLogger): void {
  let dropped = 0;
  stream.on('drop', () => {
    dropped += 1;
  });
  stream.on('drain', () => {
    if (dropped === 0) return;
    const lines = dropped;
    dropped = 0;
    logger.warn({ lines }, 'standard output was not read fast enough, log lines were dropped');
  });
}
