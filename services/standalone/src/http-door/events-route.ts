import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { BusMessage, MemoryBroker } from '@jambus/bus';
import { Type } from '@sinclair/typebox';
import { whenGone } from './when-gone.ts';

const Query = Type.Object({
  callSid: Type.Optional(Type.String({ description: 'only this call' })),
  type: Type.Optional(Type.String({ description: 'only this type of jambonz message, e.g. verb:status' })),
  from: Type.Optional(Type.Union([Type.Literal('now'), Type.Literal('start')])),
});

/** Keeps proxies and clients from taking a quiet stream for a dead one. */
const HEARTBEAT_MS = 15_000;

/**
 * `GET /v1/events` and `GET /v1/results` as server-sent events: each is one CloudEvent in structured JSON whose `data` is
 * the message as it came. The stream starts now, or with `from=start` at what is kept, or where `Last-Event-ID` left off.
 */
export function eventsRoute(broker: MemoryBroker): FastifyPluginAsyncTypebox {
  return async (app) => {
    for (const channel of ['events', 'results'] as const) {
      app.get(`/v1/${channel}`, { schema: { querystring: Query } }, async (request, reply) => {
        const { callSid, type, from } = request.query;
        const after = startOf(request.headers['last-event-id'], from);
        reply.hijack();
        const response = reply.raw;
        const signal = whenGone(response);
        const items = broker.read(channel, {
          signal,
          ...(after === undefined ? {} : { after }),
          ...(callSid === undefined ? {} : { callSid }),
          ...(type === undefined ? {} : { type }),
        });
        response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-store' });
        response.write(': jambus\n\n');
        const heartbeat = setInterval(() => response.write(': still here\n\n'), HEARTBEAT_MS);
        try {
          for await (const item of items) {
            const text =
              item.kind === 'gap'
                ? `event: jambus.gap\ndata: ${JSON.stringify({ missed: item.missed })}\n\n`
                : `id: ${item.offset}\nevent: ${item.message.attributes['type'] ?? item.message.type}\ndata: ${structured(item.message)}\n\n`;
            await write(response, text, signal);
          }
        } finally {
          clearInterval(heartbeat);
          response.end();
        }
      });
    }
  };
}

function startOf(lastEventId: string | string[] | undefined, from: 'now' | 'start' | undefined): number | undefined {
  if (typeof lastEventId === 'string' && /^\d{1,15}$/.test(lastEventId)) return Number(lastEventId);
  return from === 'start' ? -1 : undefined;
}

/** Waits for a slow reader: the log is the buffer, and a reader that falls out of it is told. */
async function write(response: ServerResponse, text: string, signal: AbortSignal): Promise<void> {
  if (response.write(text) || signal.aborted) return;
  await Promise.race([once(response, 'drain', { signal }), once(response, 'close', { signal })]).catch(() => undefined);
}

/** CloudEvents structured mode. The payload is JSON already, so it goes in as it is. */
function structured({ attributes, payload }: BusMessage): string {
  const { 'content-type': datacontenttype = 'application/json', ...context } = attributes;
  const head = JSON.stringify({ ...context, datacontenttype });
  // jambonz sends JSON on one line; a line break in it would end the field of the stream.
  const data = Buffer.from(payload)
    .toString('utf8')
    .replaceAll(/[\r\n]+/g, ' ');
  return `${head.slice(0, -1)},"data":${data}}`;
}
