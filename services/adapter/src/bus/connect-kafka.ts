import { type Bus, connectKafkaBus, type KafkaConnectionSettings, type KafkaSasl, type KafkaTls } from '@jambus/bus';
import { type AdapterConfig, busNames } from '@jambus/schema';
import type { BusOptions } from '../adapter.ts';
import { faultsOf } from './faults.ts';

/** Connects to Kafka by the settings of an adapter. Throws as `connectBus`. */
export async function connectKafka(config: AdapterConfig, options: BusOptions, signal: AbortSignal): Promise<Bus> {
  const { kafkaGroup, kafkaPartitions, kafkaReplication } = config;
  return connectKafkaBus({
    ...options,
    names: busNames(config.prefix),
    connection: connectionOf(config),
    ...(kafkaGroup !== undefined && { group: kafkaGroup }),
    topics: {
      create: config.kafkaCreateTopics,
      ...(kafkaPartitions !== undefined && { partitions: kafkaPartitions }),
      ...(kafkaReplication !== undefined && { replication: kafkaReplication }),
    },
    compression: config.kafkaCompression,
    sessionMs: config.kafkaSessionMs,
    signal,
  });
}

function connectionOf(config: AdapterConfig): KafkaConnectionSettings {
  checkTogether(config);
  const tls = tlsOf(config);
  const sasl = saslOf(config);
  return {
    brokers: config.kafkaBrokers,
    clientId: config.kafkaClientId,
    ...(tls !== undefined && { tls }),
    ...(sasl !== undefined && { sasl }),
  };
}

function checkTogether(config: AdapterConfig): void {
  const faults = faultsOf(config);
  faults.together('kafkaTlsCert', 'kafkaTlsKey');
  faults.together('kafkaUser', 'kafkaPassword');
  faults.together('kafkaOauthEndpoint', 'kafkaOauthClientId', 'kafkaOauthClientSecret');
  faults.needs('kafkaUser', ['kafkaSaslMechanism']);
  faults.needs('kafkaOauthTokenFile', ['kafkaSaslMechanism']);
  faults.needs('kafkaOauthEndpoint', ['kafkaSaslMechanism']);
  const { kafkaSaslMechanism: mechanism, kafkaUser, kafkaOauthTokenFile, kafkaOauthEndpoint } = config;
  if (mechanism === 'oauthbearer') {
    if (kafkaOauthTokenFile === undefined && kafkaOauthEndpoint === undefined) {
      const expected = 'expected JAMBUS_KAFKA_OAUTH_TOKEN_FILE or JAMBUS_KAFKA_OAUTH_ENDPOINT with it';
      faults.add(`JAMBUS_KAFKA_SASL_MECHANISM: got oauthbearer, ${expected}`);
    }
  } else if (mechanism !== undefined && kafkaUser === undefined) {
    const expected = 'expected JAMBUS_KAFKA_USER and JAMBUS_KAFKA_PASSWORD with it';
    faults.add(`JAMBUS_KAFKA_SASL_MECHANISM: got ${mechanism}, ${expected}`);
  }
  faults.throwIfAny();
}

function tlsOf({ kafkaTls, kafkaTlsCa, kafkaTlsCert, kafkaTlsKey }: AdapterConfig): KafkaTls | undefined {
  const files = {
    ...(kafkaTlsCa !== undefined && { caFile: kafkaTlsCa }),
    ...(kafkaTlsCert !== undefined && { certFile: kafkaTlsCert }),
    ...(kafkaTlsKey !== undefined && { keyFile: kafkaTlsKey }),
  };
  return kafkaTls || Object.keys(files).length > 0 ? files : undefined;
}

function saslOf(config: AdapterConfig): KafkaSasl | undefined {
  const { kafkaSaslMechanism: mechanism, kafkaUser: user, kafkaPassword: password } = config;
  const { kafkaOauthTokenFile: tokenFile, kafkaOauthEndpoint: tokenEndpoint } = config;
  const { kafkaOauthClientId: clientId, kafkaOauthClientSecret: clientSecret, kafkaOauthScope: scope } = config;
  if (mechanism === undefined) return undefined;
  if (mechanism !== 'oauthbearer') {
    return user === undefined || password === undefined ? undefined : { mechanism, user, password };
  }
  if (tokenFile !== undefined) return { mechanism, tokenFile };
  if (tokenEndpoint === undefined || clientId === undefined || clientSecret === undefined) return undefined;
  return { mechanism, tokenEndpoint, clientId, clientSecret, ...(scope !== undefined && { scope }) };
}
