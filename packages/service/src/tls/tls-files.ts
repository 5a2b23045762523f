import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createSecureContext } from 'node:tls';
import { JambusError } from '@jambus/schema';
import type { Logger } from '@jambus/telemetry';
import { certificateFacts } from './certificate-facts.ts';

/** The oldest version of TLS that is spoken, whatever Node is told. */
export const MIN_TLS_VERSION = 'TLSv1.2';

/** How often files are read again, in ms: soon enough for whoever replaces them, and next to no work. */
const POLL_MS = 2_000;

/** Paths of PEM files, as settings have them. */
export interface TlsFileNames {
  /** The certificate to show, with those between it and an authority. Set together with `key`. */
  readonly cert?: string | undefined;
  readonly key?: string | undefined;
  /** The authorities that may have signed the certificate of the other end. Left out: those that Node knows. */
  readonly ca?: string | undefined;
}

/** What the files hold: options of `tls.createSecureContext`. */
export interface TlsMaterial {
  readonly cert?: string;
  readonly key?: string;
  readonly ca?: string;
}

/** Files for TLS that may be replaced while the process runs. */
export interface TlsFiles {
  /** The last that could be used. */
  readonly current: TlsMaterial;
  /** Calls `changed` with what new files hold. Returns what ends that. */
  onChange(changed: (material: TlsMaterial) => void): () => void;
  /** Reads no more. */
  close(): void;
}

export interface TlsFilesOptions {
  readonly files: TlsFileNames;
  /** What they are for, in words for the log: `the link`. */
  readonly purpose: string;
  readonly logger: Logger;
  readonly pollMs?: number;
}

/**
 * Reads the files, and reads them again and again. New ones are used when they fit together; until then, the former ones stay,
 * which the log says once for each reason. Whoever replaces certificate and key does so one after the other, so files that do
 * not fit for a moment are not yet a fault.
 *
 * @returns undefined when no file is named
 * @throws JambusError `bad_config` when a file cannot be read, or they do not fit together
 */
export async function loadTlsFiles(options: TlsFilesOptions): Promise<TlsFiles | undefined> {
  const { files, purpose, logger, pollMs = POLL_MS } = options;
  if (Object.values(files).every((file) => file === undefined)) return undefined;
  let current = await read(files).catch((cause: unknown) => {
    throw new JambusError('bad_config', `TLS of ${purpose}: ${inWords(cause)}`, { cause });
  });
  const listeners = new Set<(material: TlsMaterial) => void>();
  logger.info({ purpose, ...certificateFacts(current.cert) }, 'TLS files read');

  /** What kept the last look from new files, and whether the log has it. */
  let fault: string | undefined;
  let told: string | undefined;
  const look = async (): Promise<void> => {
    try {
      const next = await read(files);
      fault = told = undefined;
      if (isSame(current, next)) return;
      current = next;
      for (const changed of listeners) changed(next);
      logger.info({ purpose, ...certificateFacts(next.cert) }, 'new TLS files read, new connections have them');
    } catch (error) {
      const reason = inWords(error);
      if (reason === fault && reason !== told) {
        told = reason;
        logger.warn({ purpose, reason }, 'new TLS files cannot be used, the former ones stay');
      }
      fault = reason;
    }
  };
  let looking = false;
  const timer = setInterval(() => {
    if (looking) return;
    looking = true;
    void look().finally(() => {
      looking = false;
    });
  }, pollMs);
  timer.unref();

  return {
    get current() {
      return current;
    },
    onChange(changed) {
      listeners.add(changed);
      return () => listeners.delete(changed);
    },
    close() {
      clearInterval(timer);
      listeners.clear();
    },
  };
}

/** @throws Error of Node when a file cannot be read, or OpenSSL does not take what they hold */
async function read(files: TlsFileNames): Promise<TlsMaterial> {
  const text = async (file: string | undefined) => (file === undefined ? undefined : readFile(file, 'utf8'));
  const [cert, key, ca] = await Promise.all([text(files.cert), text(files.key), text(files.ca)]);
  const material: TlsMaterial = {
    ...(cert !== undefined && { cert }),
    ...(key !== undefined && { key }),
    ...(ca !== undefined && { ca }),
  };
  for (const file of ['cert', 'ca'] as const) {
    if (material[file] !== undefined) checkCertificates(material[file], files[file]);
  }
  // Throws unless the key is that of the certificate; takes an empty one for none.
  if (key !== undefined) createPrivateKey(key);
  createSecureContext(material);
  return material;
}

/** Node takes a file without any for one that trusts nobody, and of a file that is cut short what comes before the cut. */
function checkCertificates(pem: string, file: string | undefined): void {
  const blocks = pem.split(/(?=-----BEGIN )/).filter((block) => block.startsWith('-----BEGIN '));
  if (blocks.length === 0) throw new Error(`no certificate in ${file}`);
  for (const block of blocks) new X509Certificate(block);
}

function isSame(one: TlsMaterial, other: TlsMaterial): boolean {
  return one.cert === other.cert && one.key === other.key && one.ca === other.ca;
}

/** The message of OpenSSL or Node; it names files, and never what is in them. */
function inWords(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
