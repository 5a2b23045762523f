import { connect } from 'node:net';
import * as fc from 'fast-check';

/** After so long without an answer a connection is given up, in ms: much of what is sent here gets none. */
const QUIET_MS = 150;

/**
 * Sends bytes in pieces on a connection of their own, and hangs up when nothing is heard any more.
 *
 * @param enough stops the hearing early
 * @returns what was heard, as Latin-1
 */
export function sendRaw(
  port: number,
  pieces: readonly (Uint8Array | string)[],
  enough: (heard: string) => boolean = () => false,
): Promise<string> {
  return new Promise((resolve) => {
    let heard = '';
    const socket = connect({ port, host: '127.0.0.1', noDelay: true });
    const done = (): void => {
      socket.destroy();
      resolve(heard);
    };
    socket.setTimeout(QUIET_MS, done);
    socket.on('error', done);
    socket.on('close', done);
    socket.setEncoding('latin1');
    socket.on('data', (text) => {
      heard += text;
      if (enough(heard)) done();
    });
    const left = [...pieces];
    // Each in a packet of its own.
    const sendNext = (): void => {
      const piece = left.shift();
      if (piece === undefined || socket.destroyed) return;
      socket.write(piece);
      setImmediate(sendNext);
    };
    socket.on('connect', sendNext);
  });
}

/** Bytes as they might be cut into packets. */
export function inPieces(bytes: fc.Arbitrary<Uint8Array>): fc.Arbitrary<Uint8Array[]> {
  return fc.tuple(bytes, fc.array(fc.nat(10_000), { maxLength: 3 })).map(([all, cuts]) => {
    const places = cuts.map((cut) => cut % (all.length + 1)).sort((a, b) => a - b);
    return [0, ...places].map((from, i) => all.subarray(from, places[i] ?? all.length));
  });
}

interface RawFrame {
  readonly fin: boolean;
  readonly rsv: number;
  readonly opcode: number;
  readonly masked: boolean;
  readonly payload: Uint8Array;
  /** The length that it claims; that of the payload when left out. */
  readonly claimed: bigint | undefined;
}

/** A frame of a websocket as RFC 6455 has it, or nearly so. */
export function rawFrame({ fin, rsv, opcode, masked, payload, claimed }: RawFrame): Buffer {
  const length = claimed ?? BigInt(payload.length);
  const head = [(fin ? 0x80 : 0) | (rsv << 4) | opcode];
  const mask = masked ? 0x80 : 0;
  let extended = Buffer.alloc(0);
  if (length < 126n) head.push(mask | Number(length));
  else if (length < 65_536n) {
    head.push(mask | 126);
    extended = Buffer.alloc(2);
    extended.writeUInt16BE(Number(length));
  } else {
    head.push(mask | 127);
    extended = Buffer.alloc(8);
    extended.writeBigUInt64BE(BigInt.asUintN(64, length));
  }
  // A mask of zeros leaves the payload as it is.
  return Buffer.concat([Buffer.from(head), extended, Buffer.alloc(masked ? 4 : 0), payload]);
}

/** Frames around payloads: most as they should be, some cut into fragments, compressed by their own word, or nonsense. */
export function rawFrames(payloads: fc.Arbitrary<Uint8Array>, opcode: 1 | 2): fc.Arbitrary<Buffer> {
  const good = payloads.map((payload) => [{ fin: true, rsv: 0, opcode, masked: true, payload, claimed: undefined }]);
  const fragments = fc.tuple(payloads, fc.nat(1_000)).map(([payload, cut]) => {
    const at = cut % (payload.length + 1);
    const common = { rsv: 0, masked: true, claimed: undefined };
    return [
      { ...common, fin: false, opcode, payload: payload.subarray(0, at) },
      { ...common, fin: true, opcode: 0, payload: payload.subarray(at) },
    ];
  });
  const compressed = payloads.map((payload) => [
    { fin: true, rsv: 4, opcode, masked: true, payload, claimed: undefined },
  ]);
  const nonsense = fc
    .record({
      fin: fc.boolean(),
      rsv: fc.nat(7),
      opcode: fc.nat(15),
      masked: fc.boolean(),
      payload: fc.uint8Array({ maxLength: 200 }),
      claimed: fc.option(fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), { nil: undefined }),
    })
    .map((frame) => [frame]);
  return fc
    .oneof({ weight: 6, arbitrary: good }, { weight: 2, arbitrary: fragments }, compressed, nonsense)
    .map((frames: RawFrame[]) => Buffer.concat(frames.map(rawFrame)));
}

/** The request that opens a websocket. */
export function upgradeRequest(path: string, protocol: string, headers: readonly string[] = []): string {
  return [
    `GET ${path} HTTP/1.1`,
    'Host: 127.0.0.1',
    'Connection: Upgrade',
    'Upgrade: websocket',
    'Sec-WebSocket-Version: 13',
    'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
    `Sec-WebSocket-Protocol: ${protocol}`,
    ...headers,
    '',
    '',
  ].join('\r\n');
}
