import type { BrokerSource } from '../provisioning/find-broker.ts';

/** Apache Kafka and a Java virtual machine to run it with. */
export interface JavaSource extends BrokerSource {
  readonly kind: 'program';
  readonly java: string;
  readonly jvmOptions: readonly string[];
  readonly classPath: string;
}

/** What a broker can be started from, or one that is running already. */
export type KafkaBrokerSource =
  | JavaSource
  | (BrokerSource & { readonly kind: 'image'; readonly image: string })
  | (BrokerSource & { readonly kind: 'running'; readonly brokers: readonly string[] });
