import { once } from 'node:events';
import { WebSocket } from 'ws';

/** What lets Node tell where its inspector listens: on a free port, in what it writes. */
export const INSPECTED = { NODE_OPTIONS: '--inspect=127.0.0.1:0' } as const;

const ADDRESS = /Debugger listening on (ws:\/\/\S+)/;

export interface SettledMemory {
  /** Of the JavaScript heap, and of buffers outside of it. */
  readonly heapBytes: number;
  readonly rssBytes: number;
}

/**
 * What a process of Node still holds after a collection of garbage.
 *
 * @param output what the process has written, which was started with `INSPECTED`
 * @throws Error when it has not written where its inspector is
 */
export async function settledMemory(output: string): Promise<SettledMemory> {
  const url = ADDRESS.exec(output)?.[1];
  if (url === undefined) throw new Error('a process does not say where its inspector is');
  const socket = new WebSocket(url);
  await once(socket, 'open');
  // Finalisers of the first collection free what only the second finds.
  await ask(socket, 1, 'HeapProfiler.collectGarbage');
  await ask(socket, 2, 'HeapProfiler.collectGarbage');
  const answer = await ask(socket, 3, 'Runtime.evaluate', { expression: 'JSON.stringify(process.memoryUsage())' });
  socket.close();
  const { rss, heapUsed, external } = JSON.parse(answer.result.result.value) as NodeJS.MemoryUsage;
  return { heapBytes: heapUsed + external, rssBytes: rss };
}

async function ask(socket: WebSocket, id: number, method: string, params = {}) {
  socket.send(JSON.stringify({ id, method, params }));
  for (;;) {
    const [data] = await once(socket, 'message');
    const message = JSON.parse(String(data));
    if (message.id === id) return message as { readonly result: { readonly result: { readonly value: string } } };
  }
}
