export type { KafkaCompression } from '../compression/compressions.ts';

/** Where a broker listens. */
export interface BrokerAddress {
  readonly host: string;
  readonly port: number;
}

/** How to prove who we are; each is read again for every connection, so that it can be renewed. */
export type KafkaSasl =
  | {
      readonly mechanism: 'plain' | 'scram-sha-256' | 'scram-sha-512';
      readonly user: string;
      readonly password: string;
    }
  /** A bearer token that somebody else keeps fresh in a file. */
  | { readonly mechanism: 'oauthbearer'; readonly tokenFile: string }
  /** A bearer token that we ask for by the client credentials grant of OAuth 2.0 (RFC 6749, 4.4). */
  | {
      readonly mechanism: 'oauthbearer';
      readonly tokenEndpoint: string;
      readonly clientId: string;
      readonly clientSecret: string;
      readonly scope?: string;
    };

/** PEM files; those left out are those of the operating system, or none. */
export interface KafkaTls {
  readonly caFile?: string;
  readonly certFile?: string;
  readonly keyFile?: string;
}

/** How to reach a cluster and get into it. */
export interface KafkaConnectionSettings {
  /** `host:port`. One of them has to answer; the others of the cluster are found through it. */
  readonly brokers: readonly string[];
  /** What the brokers' logs, metrics and quotas call this client; by default `jambus`. */
  readonly clientId?: string;
  /** Left out: no encryption. */
  readonly tls?: KafkaTls;
  readonly sasl?: KafkaSasl;
  /** Where to dial what the cluster calls by this address, for brokers that are reached through something else. */
  readonly addressOf?: (broker: BrokerAddress) => BrokerAddress;
}
