import { startTrips, type Trips, type TripsOptions, type TripsReport } from './trips.ts';

/** A round trip: a command from the bus to its websocket, and the `verb:status` that answers it back on the bus. */
export interface RoundTrips {
  /** Takes a `verb:status` from the bus; others than of this run are passed over. */
  onStatus(payload: Uint8Array): void;
  readonly done: Promise<TripsReport>;
}

/** Publishes the first commands at once, and from then on as `pace` says. */
export function startRoundTrips(options: Omit<TripsOptions, 'command'>): RoundTrips {
  const { back, done } = startTrips({
    ...options,
    command: (id) =>
      `{"type":"command","command":"redirect","data":[{"verb":"say","id":"${id}","text":"hello from the bench"}]}`,
  });
  return {
    done,
    onStatus: (payload) => back((JSON.parse(Buffer.from(payload).toString()) as { data: { id: string } }).data.id),
  };
}

/** A command that jambonz answers nothing to. */
export function oneWayCommand(id: string): string {
  return `{"type":"command","command":"redirect","data":[{"verb":"say","text":"${id}"}]}`;
}

const ONE_WAY_ID = /"text":"([^"]+)"/;

/** Commands that are back when jambonz has them. */
export function startOneWayTrips(options: Omit<TripsOptions, 'command'>): {
  /** Takes what came to a websocket. */
  onCommand(text: string): void;
  readonly done: Trips['done'];
} {
  const { back, done } = startTrips({ ...options, command: oneWayCommand });
  return { done, onCommand: (text) => back(ONE_WAY_ID.exec(text)?.[1] ?? '') };
}
