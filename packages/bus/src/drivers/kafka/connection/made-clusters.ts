import type { Cluster as ClientCluster, Kafka } from 'kafkajs';
import { isObject } from './is-object.ts';

const CREATE_CLUSTER = 'private:Kafka:createCluster';

/** How a client makes the cluster of each consumer, producer and admin. It hangs on the client under a symbol. */
type Create = (options: unknown) => unknown;

/**
 * Shows every cluster that a client makes from now on, which the client itself does not do.
 *
 * @returns what ends the showing; undefined when the client is built otherwise than kafkajs 2.2.4, and nothing will be shown
 */
export function onMadeCluster(kafka: Kafka, show: (cluster: ClientCluster) => void): (() => void) | undefined {
  const key = Object.getOwnPropertySymbols(kafka).find(({ description }) => description === CREATE_CLUSTER);
  const create: unknown = key && Reflect.get(kafka, key);
  if (key === undefined || typeof create !== 'function') return undefined;
  const createAndShow: Create = (options) => {
    const cluster: unknown = Reflect.apply(create, kafka, [options]);
    if (isCluster(cluster)) show(cluster);
    return cluster;
  };
  Reflect.set(kafka, key, createAndShow);
  return () => void Reflect.set(kafka, key, create);
}

function isCluster(value: unknown): value is ClientCluster {
  return isObject(value) && typeof value['findBroker'] === 'function';
}
