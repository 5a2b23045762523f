/** How exact clocks and machines are. What jambus may take is in here too, by the name of its promise. */
export interface Tolerances {
  /** A write is seen so much later than it was made. */
  readonly seeingMs: number;
  /** After its expiry, the publisher of a command is told within this time. */
  readonly toldMs: number;
  /** The same, when it was read before and a gateway that may have decided it is out of reach: that may come back until then. */
  readonly doubtMs: number;
  /** After an outage, what was missed in it is made good within this time. */
  readonly recoveryMs: number;
  /** A command whose call has had an open websocket for so long is there, unless something was away. */
  readonly deliveryMs: number;
  /** Two things so close may have happened in either order, as seen from the gateway. */
  readonly raceMs: number;
  /** What was on a socket so long before it was cut may never have arrived. */
  readonly cutMs: number;
  /** The same for a socket that is read slowly: all that its buffers hold. */
  readonly slowCutMs: number;
  /** A call remembers the ids of so many commands that had an effect. */
  readonly rememberedIds: number;
}

export const TOLERANCES: Tolerances = {
  seeingMs: 500,
  toldMs: 1_000,
  doubtMs: 10_000,
  recoveryMs: 10_000,
  deliveryMs: 5_000,
  raceMs: 1_000,
  cutMs: 500,
  slowCutMs: 20_000,
  rememberedIds: 1_024,
};
