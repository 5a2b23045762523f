/**
 * The websocket subprotocol of the gateway link. A change that an older peer cannot follow gets a new number. The adapter offers
 * this one and the one before it, and the gateway takes the newest that it knows, so that processes of two releases link.
 */
export const LINK_SUBPROTOCOL = 'link.jambus.v3';

/** The one before: every header in JSON, and the order of commands is not kept (`after` of a command is unknown). */
export const FORMER_LINK_SUBPROTOCOL = 'link.jambus.v2';

/** What an adapter offers, the best first. */
export const LINK_SUBPROTOCOLS: readonly string[] = [LINK_SUBPROTOCOL, FORMER_LINK_SUBPROTOCOL];

/** Path of the link on the gateway's internal port. */
export const LINK_PATH = '/link';

/**
 * Most bytes of one frame, header and payload. It is more than the largest message that a gateway can be set to take from
 * jambonz (64 MiB), so whatever a gateway takes fits. A sender must not exceed it; whoever has something larger gives it up,
 * counted and logged, because a link that is cut would silence every call of the gateway.
 */
export const LINK_MAX_FRAME_BYTES = 66 * 1024 * 1024;

/** Past so many bytes a link message is written, so that one busy turn of the event loop does not build a huge one. */
export const LINK_FLUSH_BYTES = 64 * 1024;

/** Most bytes of one link message, which holds several frames; a peer that sends more is cut off. */
export const LINK_MAX_MESSAGE_BYTES = LINK_FLUSH_BYTES + LINK_MAX_FRAME_BYTES;
