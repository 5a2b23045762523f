import { connect as connectTcp, isIP, type Socket } from 'node:net';
import { type ConnectionOptions, connect as connectTls } from 'node:tls';
import type { ISocketFactory } from 'kafkajs';
import { rereading } from '../../../rereading.ts';
import type { KafkaConnectionSettings, KafkaTls } from './settings.ts';

/** A link that is cut without a word is noticed after this and nine probes, ms. */
const KEEP_ALIVE_MS = 10_000;

/** The sockets of one client, which can be taken away from it. */
export interface Sockets {
  readonly factory: ISocketFactory;
  /** Cuts all and gives out no more. Whatever the client waits for fails then. */
  cut(): void;
}

/** The sockets of all clients of a cluster. */
export interface SocketMaker {
  /** Whether one of them is connected. */
  readonly connected: boolean;
  socketsForOneClient(): Sockets;
}

/**
 * The client forgets about connections it still waits for, and goes on dialling after it was told to disconnect; sockets
 * of our own are the way to really end one.
 *
 * @throws JambusError `bad_config` when a certificate or key cannot be read
 */
export function socketMaker({ tls, addressOf = (broker) => broker }: KafkaConnectionSettings): SocketMaker {
  const tlsOptions = tls === undefined ? undefined : tlsOptionsOf(tls);
  const dial = (host: string, port: number): Socket => {
    const address = addressOf({ host, port });
    if (tlsOptions === undefined) return connectTcp({ ...address, noDelay: true });
    // The certificate is for the name that the cluster goes by, wherever it is dialled.
    return connectTls({ ...address, ...(isIP(host) === 0 && { servername: host }), ...tlsOptions() }).setNoDelay(true);
  };
  const connectEvent = tlsOptions === undefined ? 'connect' : 'secureConnect';

  const connected = new Set<Socket>();

  const socketsForOneClient = (): Sockets => {
    const all = new Set<Socket>();
    let ended = false;
    const refusal = () => new Error('this client has been ended');
    return {
      factory: ({ host, port, onConnect }) => {
        const socket = dial(host, port);
        all.add(socket);
        socket.setKeepAlive(true, KEEP_ALIVE_MS);
        socket.once(connectEvent, () => {
          connected.add(socket);
          onConnect();
        });
        socket.once('close', () => {
          all.delete(socket);
          connected.delete(socket);
        });
        if (ended) socket.destroy(refusal());
        return socket;
      },
      cut: () => {
        ended = true;
        // The client has no ear for `close`, so they end with an error.
        for (const socket of all) socket.destroy(refusal());
      },
    };
  };
  return {
    get connected() {
      return connected.size > 0;
    },
    socketsForOneClient,
  };
}

function tlsOptionsOf({ caFile, certFile, keyFile }: KafkaTls): () => ConnectionOptions {
  const ca = caFile === undefined ? undefined : rereading(caFile, 'Kafka file of trusted certificates');
  const cert = certFile === undefined ? undefined : rereading(certFile, 'Kafka certificate');
  const key = keyFile === undefined ? undefined : rereading(keyFile, 'Kafka key');
  return () => ({
    ...(ca !== undefined && { ca: ca() }),
    ...(cert !== undefined && { cert: cert() }),
    ...(key !== undefined && { key: key() }),
  });
}
