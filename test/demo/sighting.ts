import type { JsonObject } from '../simulator/index.ts';
import type { BusEvent, BusResult, Command, HttpBus } from './http-bus.ts';

/** A message that somebody sent to somebody, where it was seen. */
export type Sighting =
  /** jambonz → gateway, on the call's websocket. */
  | { readonly kind: 'said'; readonly message: JsonObject }
  /** gateway → jambonz, on the call's websocket. */
  | { readonly kind: 'told'; readonly message: JsonObject }
  /** bus → IVR. */
  | { readonly kind: 'event'; readonly event: BusEvent }
  | { readonly kind: 'result'; readonly result: BusResult }
  /** IVR → bus. */
  | { readonly kind: 'command'; readonly id: string; readonly command: Command };

export type OnSighting = (sighting: Sighting) => void;

/** The same bus; what its user gets and sends is seen. */
export function watchBus(bus: HttpBus, onSighting: OnSighting): HttpBus {
  return {
    events: async () => tap(await bus.events(), (event) => onSighting({ kind: 'event', event })),
    results: async () =>
      tap(await bus.results(), (result) => {
        // The first result of a command is seen already, as the answer to sending it.
        if (result.status !== 'delivered' && result.status !== 'rejected') onSighting({ kind: 'result', result });
      }),
    async send(callSid, id, command, traceparent) {
      onSighting({ kind: 'command', id, command });
      const result = await bus.send(callSid, id, command, traceparent);
      onSighting({ kind: 'result', result });
      return result;
    },
  };
}

async function* tap<Item>(items: AsyncIterable<Item>, see: (item: Item) => void): AsyncGenerator<Item> {
  for await (const item of items) {
    see(item);
    yield item;
  }
}
