import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { CallInfo } from '@jambus/adapter';
import type { MemoryBroker } from '@jambus/bus';
import { commandsRoute } from './commands-route.ts';
import { eventsRoute } from './events-route.ts';

/**
 * The memory bus by HTTP, for trying jambus out: `POST /v1/commands/:callSid`, `GET /v1/events`, `GET /v1/results`,
 * `GET /v1/calls`.
 */
export function httpDoor(broker: MemoryBroker, calls: () => CallInfo[]): FastifyPluginAsyncTypebox {
  return async (app) => {
    await app.register(commandsRoute(broker));
    await app.register(eventsRoute(broker));
    app.get('/v1/calls', async () => ({
      calls: calls().map(({ since, ...call }) => ({ ...call, since: new Date(since).toISOString() })),
    }));
  };
}
