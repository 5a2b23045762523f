import type { Broker } from 'kafkajs';
import { isObject } from './is-object.ts';

/** Bytes as the client wants those of a request. */
export interface Encoded {
  readonly buf: Buffer;
  readonly buffer: Buffer;
}

/** One question to a broker, with how its answer is read. */
export interface Exchange {
  readonly request: {
    readonly apiKey: number;
    readonly apiVersion: number;
    readonly apiName: string;
    encode(): Promise<Encoded>;
  };
  readonly response: {
    decode(raw: Buffer): Promise<unknown>;
    parse(data: unknown): Promise<unknown>;
  };
}

/** The connections that the client has to one broker: all it asks goes through `send`. */
export interface Connections {
  send(exchange: Exchange): Promise<unknown>;
}

/** Numbers of what can be asked. */
export const API = {
  produce: 0,
  fetch: 1,
  metadata: 3,
  joinGroup: 11,
  heartbeat: 12,
  syncGroup: 14,
  describeConfigs: 32,
} as const;

/** Numbers of what a broker may answer. */
export const ERROR = { unknownTopic: 3, topicAuthorization: 29 } as const;

export function encoded(bytes: Buffer): Encoded {
  return { buf: bytes, buffer: bytes };
}

/**
 * What the types of the client leave out: they are of version 2.2.4, which is pinned.
 *
 * @throws TypeError when the client is built otherwise
 */
export function connectionsOf(broker: Broker): Connections {
  const connections: unknown = Reflect.get(broker, 'connectionPool');
  if (!isConnections(connections)) throw new TypeError('this version of kafkajs has its connections elsewhere');
  return connections;
}

/** Tells the coordinator of a group that a member has left. The types of the client leave it out, too. */
export async function leaveGroupAt(coordinator: Broker, groupId: string, memberId: string): Promise<void> {
  const leaveGroup: unknown = Reflect.get(coordinator, 'leaveGroup');
  if (typeof leaveGroup !== 'function') throw new TypeError('this version of kafkajs leaves groups otherwise');
  await Reflect.apply(leaveGroup, coordinator, [{ groupId, memberId }]);
}

/** The highest version of what is asked that the broker knows; -1 when it knows none. */
export function versionOf(broker: Broker, apiKey: number): number {
  const versions: unknown = Reflect.get(broker, 'versions');
  const version: unknown = isObject(versions) ? versions[apiKey] : undefined;
  const highest: unknown = isObject(version) ? version['maxVersion'] : undefined;
  return typeof highest === 'number' ? highest : -1;
}

/** Whether the client has its connections as version 2.2.4 has. */
export function isConnections(value: unknown): value is Connections {
  return isObject(value) && typeof value['send'] === 'function';
}
