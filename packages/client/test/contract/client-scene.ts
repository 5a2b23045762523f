import type { CommandResult } from '@jambus/schema';
import type { TcpProxy } from '../../../../test/fixtures/tcp-proxy.ts';
import type { JambusClient, JambusEvent } from '../../src/index.ts';
import type { ClientOptions } from '../../src/options.ts';

/** A command as it reached the bus. */
export interface SeenCommand {
  readonly callSid: string;
  readonly id: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly payload: string;
}

/** An event to publish; what is left out gets a value. */
export interface SomeEvent {
  readonly callSid?: string;
  readonly sequence?: number;
  readonly type?: string;
  readonly data?: object;
  readonly msgid?: string;
  readonly attributes?: Readonly<Record<string, string>>;
  /** In place of a message made of `type` and `data`. */
  readonly payload?: string;
}

/** Names of its own on a shared broker, and a stand-in for the adapter. */
export interface ClientScene {
  /** What the stand-in has read. */
  readonly commands: SeenCommand[];
  readonly troubles: string[];
  /** How soon a client is back when its connection can be made again, ms. */
  readonly reconnectsWithinMs: number;
  /** Called by the stand-in for each command. By default it answers `delivered`. */
  onCommand: (command: SeenCommand) => Promise<void> | void;
  client(options?: ClientOptions): Promise<JambusClient>;
  /** A client whose connection can be cut. */
  cuttable(options?: ClientOptions): Promise<{ readonly client: JambusClient; readonly proxy: TcpProxy }>;
  /** Resolves when a client has told of its lost connection. */
  connectionLost(): Promise<void>;
  result(result: Partial<CommandResult> & { readonly commandId: string }): Promise<void>;
  /** Whatever on the channel of results. */
  rawResult(payload: string): Promise<void>;
  event(event?: SomeEvent): Promise<void>;
  /** The bus takes commands whose ids it had before. */
  forgetsIds(): Promise<void>;
  /** Resolves when who follows this durable name may have fetched so many events. */
  fetched(durable: string, count: number): Promise<void>;
  close(): Promise<void>;
}

export const CALL = 'fea06c16-2b4c-4f2b-9f4e-2a8d0d3d9a51';
export const OTHER_CALL = '0d1c9f0e-7e0a-4f0b-8f36-0f1b8a5fd5a7';

/** Attributes and payload of an event, as an adapter has them. */
export function eventOf({ callSid = CALL, sequence = 1, type = 'verb:status', ...more }: SomeEvent) {
  const attributes = {
    specversion: '1.0',
    id: `${callSid}/1/${sequence}`,
    type: `${type.startsWith('jambus:') ? '' : 'jambonz.'}${type.replaceAll(':', '.')}`,
    time: '2026-11-22T17:34:11.578Z',
    sequence: String(sequence),
    epoch: '1',
    application: '/ivr',
    ...more.attributes,
  };
  const payload =
    more.payload ?? JSON.stringify({ type, msgid: more.msgid, call_sid: callSid, data: more.data ?? { event: 'x' } });
  return { callSid, type, attributes, payload };
}

export function resultOf(given: Partial<CommandResult> & { readonly commandId: string }) {
  return { callSid: CALL, status: 'delivered', at: new Date().toISOString(), ...given };
}

/** Events of one call, in order. */
export async function publish(scene: Pick<ClientScene, 'event'>, from: number, to: number): Promise<void> {
  for (let sequence = from; sequence <= to; sequence++) await scene.event({ sequence });
}

export function sequences(events: readonly JambusEvent[]): number[] {
  return events.map(({ sequence }) => sequence);
}

/** The next so many items of a loop, which stays where it is then. */
export async function take<Item>(items: AsyncIterable<Item>, count: number): Promise<Item[]> {
  const iterator = items[Symbol.asyncIterator]();
  const taken: Item[] = [];
  while (taken.length < count) {
    const { value, done } = await iterator.next();
    if (done) break;
    taken.push(value);
  }
  return taken;
}
