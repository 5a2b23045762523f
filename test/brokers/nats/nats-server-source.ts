import type { BrokerSource } from '../provisioning/find-broker.ts';

/** What a server can be started from, or one that is running already. */
export type NatsServerSource =
  | (BrokerSource & { readonly kind: 'program'; readonly file: string })
  | (BrokerSource & { readonly kind: 'image'; readonly image: string })
  | (BrokerSource & { readonly kind: 'running'; readonly url: string });
