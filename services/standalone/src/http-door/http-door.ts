import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { CallInfo } from '@jambus/adapter';
import type { MemoryBroker } from '@jambus/bus';
import { commandsRoute } from './commands-route.ts';
import { eventsRoute } from './events-route.ts';
import { refuseAtDoor } from './guard.ts';

/**
 * The memory bus by HTTP, for trying jambus out: `POST /v1/commands/:callSid`, `GET /v1/events`, `GET /v1/results`,
 * `GET /v1/calls`. Not for web pages, see `guard.ts`.
 *
 * @param hosts names that requests may call the server by, besides addresses and those of the loopback interface
 */
export function httpDoor(
  broker: MemoryBroker,
  calls: () => CallInfo[],
  hosts: readonly string[] = [],
): FastifyPluginAsyncTypebox {
  const names = new Set(hosts.map((name) => name.toLowerCase()));
  return async (app) => {
    app.addHook('onRequest', async (request, reply) => {
      const refusal = refuseAtDoor(request.raw, names);
      if (refusal === undefined) return;
      const { status, ...body } = refusal;
      // Whatever comes behind on this connection, a body for one, is not read.
      await reply.status(status).header('connection', 'close').send(body);
    });
    await app.register(commandsRoute(broker));
    await app.register(eventsRoute(broker));
    app.get('/v1/calls', async () => ({
      calls: calls().map(({ since, ...call }) => ({ ...call, since: new Date(since).toISOString() })),
    }));
  };
}
