import type { BrokerSource } from '../provisioning/find-broker.ts';

/** What a broker can be started from, or one that is running already. */
export type KafkaBrokerSource =
  | (BrokerSource & { readonly kind: 'program'; readonly java: string; readonly classPath: string })
  | (BrokerSource & { readonly kind: 'image'; readonly image: string })
  | (BrokerSource & { readonly kind: 'running'; readonly brokers: readonly string[] });
