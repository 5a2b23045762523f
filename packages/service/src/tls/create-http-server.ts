import { createServer, type Server, type ServerOptions } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import { MIN_TLS_VERSION, type TlsFiles } from './tls-files.ts';

/** How long a peer may take over the handshake of TLS, in ms. */
const HANDSHAKE_TIMEOUT_MS = 5_000;

/**
 * An HTTP server, or an HTTPS server when there are files for it, which then has each new certificate from its next connection
 * on. Where the files name authorities, peers are asked for a certificate, but also served without: what demands one looks at
 * `authorized` of the socket, so that a peer gets an answer in words, and probes need none.
 */
export function createHttpServer(options: ServerOptions, tls: TlsFiles | undefined): Server {
  if (tls === undefined) return createServer(options);
  const { current } = tls;
  const server = createSecureServer({
    ...options,
    ...current,
    minVersion: MIN_TLS_VERSION,
    requestCert: current.ca !== undefined,
    rejectUnauthorized: false,
    handshakeTimeout: HANDSHAKE_TIMEOUT_MS,
  });
  const forget = tls.onChange((material) => server.setSecureContext({ ...material, minVersion: MIN_TLS_VERSION }));
  server.once('close', forget);
  // Node leaves a connection open whose handshake has failed when somebody listens for errors of clients.
  server.on('tlsClientError', (_error, socket) => socket.destroy());
  return server;
}
