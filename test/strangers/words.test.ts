import { once } from 'node:events';
import { WebSocket } from 'ws';
import { startTarget } from './target.ts';

test('a first message of long characters, which is refused with its type in the reason, ends no process', async () => {
  const target = await startTarget({ calls: 1 });
  try {
    const peer = new WebSocket(target.websocketUrl, 'ws.jambonz.org');
    peer.on('error', () => {});
    await once(peer, 'open');
    peer.send(JSON.stringify({ type: '€'.repeat(42), data: {} }));
    const [code] = await once(peer, 'close');
    expect(code).toBe(1008);
    expect(await target.command('victim-0')).toBeDefined();
  } finally {
    await target.stop();
  }
}, 40_000);
