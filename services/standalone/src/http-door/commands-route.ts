import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { terminalResultId } from '@jambus/adapter';
import type { MemoryBroker } from '@jambus/bus';
import { type CommandResult, fromHeaders } from '@jambus/schema';
import { Type } from '@sinclair/typebox';
import { statusOf } from './result-status.ts';
import { whenGone } from './when-gone.ts';

/** Largest body taken. Far over what jambonz takes of one message, so that the answer to that is a proper result. */
const BODY_LIMIT_BYTES = 1024 * 1024;

const Params = Type.Object({ callSid: Type.String({ minLength: 1, maxLength: 256 }) });

/**
 * `POST /v1/commands/:callSid`: publishes the body as a command, with `ce-*` headers as its CloudEvents attributes, and
 * answers with the command's terminal result. `Prefer: respond-async` (RFC 7240) answers 202 as soon as it is published.
 */
export function commandsRoute(broker: MemoryBroker): FastifyPluginAsyncTypebox {
  return async (app) => {
    // The body is the message itself: it travels as the bytes that came, whatever they claim to be.
    app.removeAllContentTypeParsers();
    app.addContentTypeParser('*', { parseAs: 'buffer', bodyLimit: BODY_LIMIT_BYTES }, (_request, body, done) => {
      done(null, body);
    });
    // A page in somebody's browser can post here without asking; whatever it is after, it says where it comes from.
    app.addHook('onRequest', async (request, reply) => {
      if (request.headers.origin === undefined) return;
      await reply.status(403).send({ error: 'forbidden', message: 'commands are not taken from web pages' });
    });
    app.post('/v1/commands/:callSid', { schema: { params: Params } }, async (request, reply) => {
      const { callSid } = request.params;
      const attributes = fromHeaders(headersOf(request.headers), 'ce-');
      const payload = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
      const gone = whenGone(reply.raw);
      // The reader starts where the log stands now, before the command is there to have a result.
      const results = broker.read('results', { callSid, signal: gone });
      const { position } = broker.publishCommand({ callSid, attributes, payload });
      const prefer = request.headers['prefer'];
      if (typeof prefer === 'string' && prefer.includes('respond-async')) {
        return reply.status(202).send({ commandId: attributes['id'] ?? position, callSid, position });
      }
      const resultId = terminalResultId(position);
      for await (const item of results) {
        if (item.kind !== 'message' || item.message.attributes['id'] !== resultId) continue;
        const result = JSON.parse(Buffer.from(item.message.payload).toString('utf8')) as CommandResult;
        return reply.status(statusOf(result)).send(result);
      }
      return reply;
    });
  };
}

function* headersOf(headers: Readonly<Record<string, string | string[] | undefined>>): Iterable<[string, string]> {
  for (const name in headers) {
    const value = headers[name];
    if (value !== undefined) yield [name, Array.isArray(value) ? value.join(', ') : value];
  }
}
