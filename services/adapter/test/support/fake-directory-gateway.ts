import { type AdapterFrame, type CallMemory, decodeCallMemory, type KnownFrame } from '@jambus/link';
import type { DirectoryGateway } from '../../src/calls/call-directory.ts';

/** A gateway as the directory sees it, which keeps what it is told. */
export class FakeDirectoryGateway implements DirectoryGateway {
  readonly known: { readonly frame: KnownFrame; readonly memory: CallMemory | undefined }[] = [];
  readonly searching: string[] = [];
  readonly elsewhere: string[] = [];
  readonly contested: string[] = [];
  readonly relayed: string[] = [];
  readonly sent: AdapterFrame[] = [];
  readonly gateway: string;
  boot: string;

  constructor(gateway: string, boot = 'life-1') {
    this.gateway = gateway;
    this.boot = boot;
  }

  send(frame: AdapterFrame, payload: Uint8Array = Buffer.alloc(0)): void {
    this.sent.push(frame);
    if (frame.t === 'known') this.known.push({ frame, memory: decodeCallMemory(payload) });
    else if (frame.t === 'searching') this.searching.push(frame.call);
    else if (frame.t === 'elsewhere') this.elsewhere.push(frame.call);
    else if (frame.t === 'contested') this.contested.push(frame.call);
    else if (frame.t === 'relayed') this.relayed.push(Buffer.from(payload).toString());
    else throw new Error(`a directory does not send ${frame.t}`);
  }
}
