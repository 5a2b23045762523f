import { existsSync } from 'node:fs';
import { appendFile, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runCommand } from './run-command.ts';

const CERTIFICATE = 'certificate.pem';
const VALID_DAYS = '2';
const OPENSSL_MS = 20_000;

/** Private key and certificate in one file, as Kafka wants them in a keystore that is PEM. */
export function keystoreOf(folder: string): string {
  return join(folder, 'keystore.pem');
}

/**
 * Makes the certificate of a broker in its folder, unless there is one.
 *
 * @throws Error in one line when there is no openssl
 */
export async function makeCertificate(folder: string): Promise<void> {
  const keystore = keystoreOf(folder);
  if (existsSync(keystore)) return;
  const certificate = certificateFileOf(folder);
  const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-keyout', keystore];
  const subject = ['-subj', '/CN=jambus-test', '-addext', 'subjectAltName=IP:127.0.0.1,DNS:localhost'];
  const args = ['req', '-x509', '-days', VALID_DAYS, ...newKey, ...subject, '-out', certificate];
  await runCommand('openssl', args, { timeoutMs: OPENSSL_MS });
  await appendFile(keystore, await readFile(certificate));
}

/** Where the certificate alone is. */
export function certificateFileOf(folder: string): string {
  return join(folder, CERTIFICATE);
}

/** The certificate of a broker, as PEM. */
export function certificateOf(folder: string): Promise<string> {
  return readFile(certificateFileOf(folder), 'utf8');
}
