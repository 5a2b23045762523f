import { type Static, Type } from '@sinclair/typebox';

/** How much is logged, from everything to next to nothing. */
export const LogLevel = Type.Union([
  Type.Literal('trace'),
  Type.Literal('debug'),
  Type.Literal('info'),
  Type.Literal('warn'),
  Type.Literal('error'),
  Type.Literal('fatal'),
]);
export type LogLevel = Static<typeof LogLevel>;

/** Settings that every service has. */
export const commonSettings = {
  logLevel: Type.Union(LogLevel.anyOf, {
    default: 'info',
    description: 'Least important kind of log line that is still written.',
  }),
};

/** A TCP port to listen on. */
export function port(preset: number, description: string) {
  return Type.Integer({
    default: preset,
    minimum: 0,
    maximum: 65_535,
    description: `${description} 0 takes a free one.`,
  });
}

/** An address to listen on. */
export function host(preset: string, description: string) {
  return Type.String({
    default: preset,
    pattern: '^[A-Za-z0-9.:_%-]+$',
    maxLength: 253,
    expects: 'an IP address or host name',
    description,
  });
}

/** A file that is read. */
export function file(description: string) {
  return Type.Optional(Type.String({ minLength: 1, expects: 'the path of a file', description }));
}

/** A password or token. */
export function secret(description: string) {
  return Type.Optional(
    Type.String({
      pattern: '^[\\x21-\\x7e]+$',
      secret: true,
      expects: 'visible ASCII characters, no blanks or line breaks',
      description,
    }),
  );
}

/** How long a service may take to end its work. */
export function drainMs(preset: number, description: string) {
  return Type.Integer({ default: preset, minimum: 0, maximum: 3_600_000, description });
}

/**
 * The bearer token between gateways and adapters. Visible ASCII only: it travels in an HTTP header, and a line break at
 * its end (a secret made with `echo`) would otherwise be a puzzle of refused links.
 */
export const linkToken = Type.Optional(
  token(
    'Shared secret with which an adapter proves itself to a gateway; the same on both. Needed, unless certificates of ' +
      'the adapters take its place (JAMBUS_LINK_TLS_CA of the gateway); with both set an adapter has to have both.',
  ),
);

/** For the time in which adapters get a new one. */
export const formerLinkToken = Type.Optional(
  token(
    'The secret of before, which is taken as well as JAMBUS_LINK_TOKEN. To change it without a break: the gateways first, ' +
      'with the new one and the former one; then the adapters; then the gateways without the former one.',
  ),
);

function token(description: string) {
  return Type.String({
    pattern: '^[\\x21-\\x7e]{16,512}$',
    secret: true,
    expects: '16 to 512 visible ASCII characters, no blanks or line breaks',
    description,
  });
}

const CERT_FILE = 'with those between it and an authority. Read again when it changes.';

/** What a gateway shows of itself on the link, and whom it lets in. */
export const linkTlsOfGateway = {
  linkTlsCert: file(
    `PEM file with the certificate that the internal port shows, ${CERT_FILE} When set, the port speaks TLS only.`,
  ),
  linkTlsKey: file('PEM file with the key of that certificate.'),
  linkTlsCa: file(
    'PEM file with the authorities of the certificates of adapters. When set, a link without such a certificate is ' +
      'refused; health and metrics on the same port need none. Use an authority of your own for nothing else.',
  ),
};

/** What an adapter shows of itself on the link, and whom it trusts. */
export const linkTlsOfAdapter = {
  linkTlsCa: file(
    'PEM file with the authorities that may have signed the certificates of gateways. When not set: those of Node. Read ' +
      'again when it changes.',
  ),
  linkTlsCert: file(`PEM file with the certificate to show to gateways, ${CERT_FILE}`),
  linkTlsKey: file('PEM file with the key of that certificate.'),
};

/** TLS of the port on which jambonz connects. */
export const websocketTls = {
  websocketTlsCert: file(
    `PEM file with the certificate that the port of jambonz shows, ${CERT_FILE} When set, the port speaks TLS only.`,
  ),
  websocketTlsKey: file('PEM file with the key of that certificate.'),
};
