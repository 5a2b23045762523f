import type { CallOptions, JsonObject, SimulatedCall } from '../index.ts';
import { startCall } from '../index.ts';
import { closeRawServers, type RawServer, type ServerSocket, startRawServer } from './raw-server.ts';

/** Fast enough that verbs take ms, slow enough that their order is certain. */
export const SPEED = 50;

const calls = new Set<SimulatedCall>();

/** A call whose application this test plays by hand. */
export interface Stage {
  readonly server: RawServer;
  readonly call: SimulatedCall;
  /** The first websocket of the call. */
  readonly socket: ServerSocket;
  /** The `session:new` that came on it. */
  readonly session: JsonObject;
}

/** Places a call that is ended with its test. */
export function placeCall(server: RawServer, options: Partial<CallOptions> = {}): SimulatedCall {
  const call = startCall({ url: server.url, speed: SPEED, ...options });
  calls.add(call);
  return call;
}

/** Starts a server and a call to it, up to its `session:new`. */
export async function openStage(options: Partial<CallOptions> = {}): Promise<Stage> {
  const server = await startRawServer();
  const call = placeCall(server, options);
  const socket = await server.socket();
  return { server, call, socket, session: await socket.message('session:new') };
}

/** The same, with its initial application answered. */
export async function openCall(verbs: unknown[], options: Partial<CallOptions> = {}): Promise<Stage> {
  const stage = await openStage(options);
  stage.socket.ack(stage.session, verbs);
  await stage.socket.status('call:status', { call_status: 'trying' });
  return stage;
}

/** A call that was answered, reports its verbs, and then waits in a long pause with the id `wait`. */
export function openAnsweredCall(options: Partial<CallOptions> = {}): Promise<Stage> {
  return openCall(
    [{ verb: 'config', notifyEvents: true }, { verb: 'answer' }, { verb: 'pause', length: 100, id: 'wait' }],
    options,
  );
}

/** Ends all calls and servers of a test. */
export async function clearStage(): Promise<void> {
  const aborted = [...calls].map((call) => call.abort());
  calls.clear();
  await closeRawServers();
  await Promise.all(aborted);
}

/** Lets messages that are on their way arrive: in steps, so that a busy machine gets round to them as well. */
export async function settle(ms = 40): Promise<void> {
  const steps = ms < 20 ? 1 : 8;
  for (let step = 0; step < steps; step += 1) await new Promise((resolve) => setTimeout(resolve, ms / steps));
}
