import { X509Certificate } from 'node:crypto';

/** What a log line says of a certificate. */
export interface CertificateFacts {
  readonly subject?: string;
  /** ISO 8601. */
  readonly validTo?: string;
  readonly fingerprint?: string;
}

/** Reads the first certificate of a PEM text; empty where there is none. */
export function certificateFacts(pem: string | undefined): CertificateFacts {
  if (pem === undefined) return {};
  try {
    const { subject, validTo, fingerprint256 } = new X509Certificate(pem);
    // One line for each part of the name.
    return {
      subject: subject.replaceAll('\n', ', '),
      validTo: new Date(validTo).toISOString(),
      fingerprint: fingerprint256,
    };
  } catch {
    return {};
  }
}
