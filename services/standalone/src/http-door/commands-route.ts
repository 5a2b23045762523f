import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { terminalResultId } from '@jambus/adapter';
import type { MemoryBroker, MemoryCommand } from '@jambus/bus';
import { CALL_SID_FORM, type CommandResult, isCallSid, JambusError } from '@jambus/schema';
import { Type } from '@sinclair/typebox';
import { attributesOf } from './attributes-of.ts';
import { statusOf } from './result-status.ts';
import { whenGone } from './when-gone.ts';

/** Largest body taken. Far over what jambonz takes of one message, so that the answer to that is a proper result. */
const BODY_LIMIT_BYTES = 1024 * 1024;

/** How long a sender waits before it tries a full partition again, s. The end of its oldest command makes room. */
const RETRY_AFTER_S = 1;

const Params = Type.Object({ callSid: Type.String() });

/**
 * `POST /v1/commands/:callSid`: publishes the body as a command, with `ce-*` headers as its CloudEvents attributes, and
 * answers with the command's terminal result. `Prefer: respond-async` (RFC 7240) answers 202 as soon as it is published.
 * A header that cannot be decoded is answered with 400, a full partition with 503 and `Retry-After`.
 */
export function commandsRoute(broker: MemoryBroker): FastifyPluginAsyncTypebox {
  return async (app) => {
    // The body is the message itself: it travels as the bytes that came, whatever they claim to be.
    app.removeAllContentTypeParsers();
    app.addContentTypeParser('*', { parseAs: 'buffer', bodyLimit: BODY_LIMIT_BYTES }, (_request, body, done) => {
      done(null, body);
    });
    app.post('/v1/commands/:callSid', { schema: { params: Params } }, async (request, reply) => {
      const { callSid } = request.params;
      if (!isCallSid(callSid)) {
        return reply.status(400).send({ error: 'bad_request', message: `a call_sid has ${CALL_SID_FORM}` });
      }
      const read = attributesOf(request.headers);
      if ('fault' in read) return reply.status(400).send({ error: 'bad_request', message: read.fault });
      const { attributes } = read;
      const payload = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
      const gone = whenGone(reply.raw);
      // The reader starts where the log stands now, before the command is there to have a result.
      const results = broker.read('results', { callSid, signal: gone });
      const position = publish(broker, { callSid, attributes, payload });
      if (position === undefined) {
        return reply.status(503).header('retry-after', RETRY_AFTER_S).send({
          error: 'overloaded',
          message: 'the partition of this call is full, because earlier commands still wait in it; try again',
        });
      }
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

/** Where the command stands now, or undefined when its partition is full. */
function publish(broker: MemoryBroker, command: MemoryCommand): string | undefined {
  try {
    return broker.publishCommand(command).position;
  } catch (error) {
    if (error instanceof JambusError && error.code === 'overloaded') return undefined;
    throw error;
  }
}
