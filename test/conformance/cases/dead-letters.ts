import type { BusTrouble, CommandHandler, Outcome } from '@jambus/bus';
import { callSids, DONE, holdingHandler, textOf, textsOf } from '../scene.ts';
import type { DeclareCase } from './case.ts';

const REFUSED: Outcome = { kind: 'dead-letter', reason: 'invalid', detail: 'data is missing – größer\nals erwartet' };

const refusePoison: CommandHandler = async (record) => (textOf(record) === 'poison' ? REFUSED : DONE);

export function deadLetterCases(inScene: DeclareCase): void {
  inScene(
    'a dead letter has the original bytes and attributes and says why, where from and how often',
    async (scene) => {
      const letters = scene.collect('deadletters');
      let attempts = 0;
      const adapter = await scene.adapter(async () =>
        ++attempts < 3 ? { kind: 'retry', afterMs: 1, reason: 'not sure yet' } : REFUSED,
      );
      const payload = Uint8Array.from({ length: 300 }, (_, n) => n);
      const attributes = { id: 'command-1', traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01' };
      await scene.harness.produce({ callSid: 'call', attributes, payload });

      await scene.eventually(() => expect(letters).toHaveLength(1));
      const [letter] = letters;
      expect(letter?.callSid).toBe('call');
      expect(Buffer.from(letter?.payload ?? []).equals(payload)).toBe(true);
      expect(letter?.attributes).toMatchObject({
        ...attributes,
        dlreason: 'invalid',
        dldetail: 'data is missing – größer als erwartet',
        dlattempts: '3',
        dltime: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
      });
      expect(letter?.attributes['dlorigin']).toMatch(new RegExp(`^.+/${adapter.handled[0]?.position}$`));
    },
  );

  inScene('poison holds up neither its own call nor another, and does not come again', async (scene) => {
    const letters = scene.collect('deadletters');
    const first = await scene.adapter(refusePoison);
    const calls = callSids(6);
    for (const text of ['before', 'poison', 'after']) for (const callSid of calls) await scene.send(callSid, text);
    await scene.eventually(() => {
      for (const callSid of calls) expect(textsOf(callSid, first.handled)).toEqual(['before', 'poison', 'after']);
      expect(letters.map(textOf)).toEqual(Array(6).fill('poison'));
    });
    await first.stop();

    const second = await scene.adapter(refusePoison);
    for (const callSid of calls) await scene.send(callSid, 'new');
    await scene.eventually(() => expect(second.handled).toHaveLength(6));
    expect(second.handled.map(textOf)).toEqual(Array(6).fill('new'));
    expect(letters).toHaveLength(6);
  });

  inScene('a handler that throws at one command makes a dead letter of it after three attempts', async (scene) => {
    const letters = scene.collect('deadletters');
    const adapter = await scene.adapter(async (record) => {
      if (textOf(record) === 'poison') throw new TypeError('a defect');
      return DONE;
    });
    for (const text of ['poison', 'after']) await scene.send('call', text);

    await scene.eventually(() =>
      expect(textsOf('call', adapter.handled)).toEqual([...Array(3).fill('poison'), 'after']),
    );
    await scene.eventually(() => expect(letters).toHaveLength(1));
    expect(letters[0]?.attributes).toMatchObject({ dlreason: 'internal', dldetail: 'a defect', dlattempts: '3' });
  });

  inScene(
    'a command that names no call can be made a dead letter',
    async (scene) => {
      const letters = scene.collect('deadletters');
      const adapter = await scene.adapter(async ({ callSid }) => (callSid === undefined ? REFUSED : DONE));
      await scene.send(undefined, 'to nobody', { id: 'command-1' });
      await scene.send('call', 'text');

      await scene.eventually(() => {
        expect(textsOf('call', adapter.handled)).toEqual(['text']);
        expect(letters.map(textOf)).toEqual(['to nobody']);
      });
      expect(letters[0]).toMatchObject({ callSid: '', attributes: { id: 'command-1', dlreason: 'invalid' } });
    },
    'recordsWithoutCall',
  );

  inScene(
    'a dead letter that the broker was away for is published when it is back, and then committed',
    async (scene) => {
      const letters = scene.collect('deadletters');
      const held = holdingHandler();
      const troubles: BusTrouble[] = [];
      const first = await scene.adapter(held.handler, { onTrouble: (trouble) => troubles.push(trouble) });
      await scene.send('call', 'poison');
      await scene.eventually(() => expect(first.handled).toHaveLength(1));
      const restore = await scene.harness.outage();
      held.release(REFUSED);
      await scene.eventually(() => expect(troubles.length > 0 || !first.bus.healthy()).toBe(true));
      expect(letters).toEqual([]);
      await restore();
      await scene.eventually(() => expect(letters.map(textOf)).toContain('poison'));
      // One that stops before it reads again has nowhere to commit.
      await scene.send('call', 'later');
      await scene.eventually(() => {
        expect(first.handled.map(textOf)).toContain('later');
        expect(letters.map(textOf)).toContain('later');
      });
      await first.stop();

      const second = await scene.adapter(async () => DONE);
      await scene.send('call', 'new');
      await scene.eventually(() => expect(second.handled.map(textOf)).toEqual(['new']));
      expect(new Set(letters.map(({ attributes }) => attributes['dlorigin'])).size).toBe(2);
    },
    'outages',
  );
}
