import { type Call, type JambonzCommand, type JambusClient, otherType, otherVerb, type Verb } from '../src/index.ts';

/*
 * What the compiler takes and what it does not. Each @ts-expect-error is a complaint of its own when the line below it compiles.
 * Nothing is run but the two functions that exist at run time.
 */

declare const client: JambusClient;
declare const call: Call;

/** Takes verbs in place of whatever sends them. */
function application(_: readonly Verb[]): void {}
function command(_: JambonzCommand): void {}

test('verbs go past the compiler as they are', () => {
  const verb = { verb: 'sing', loud: true };
  expect(otherVerb(verb)).toBe(verb);
  expect(otherType('verb:progress')).toBe('verb:progress');
});

test('verbs are known by name, with their properties', () => {
  application([
    { verb: 'say', text: ['one', 'two'], id: 'a', synthesizer: { vendor: 'google', voice: { name: 'x' } } },
    { say: { text: 'Hello' } },
    { verb: 'gather', input: ['speech', 'digits'], actionHook: '/heard', say: { text: 'Well?', id: 'b' } },
    { gather: { input: ['digits'], play: { url: 'x.mp3' }, recognizer: { vendor: 'nuance', nuanceOptions: {} } } },
    {
      verb: 'dial',
      target: [{ type: 'phone', number: '+1', headers: { 'X-A': ['1', 2] } }],
      actionHook: { url: '/d' },
    },
    { verb: 'sip:decline', status: 486 },
    { 'sip:decline': { status: 486 } },
    { verb: 'config', listen: { enable: true, url: 'wss://a' }, bargeIn: { enable: true, finishOnKey: '#' } },
    { verb: 'openai_s2s', llmOptions: { response_create: {} } },
    { verb: 'microsoft_s2s', llmOptions: {} },
    { verb: 'rasa', url: 'https://a' },
    { verb: 'lex', botId: 'a', botAlias: 'b', region: 'c', credentials: {} },
    { verb: 'hangup' },
    otherVerb({ verb: 'sing', loud: true }),
  ]);
  // What is constant stays as it is.
  const menu = { input: ['digits'], numDigits: 1 } as const;
  application([{ verb: 'gather', ...menu }]);

  // @ts-expect-error no such verb
  application([{ verb: 'sai' }]);
  // @ts-expect-error no such verb
  application([{ verb: 'sai', text: 'Hello' }]);
  // @ts-expect-error no such verb
  application([{ sai: { text: 'Hello' } }]);
  // @ts-expect-error no such property
  application([{ verb: 'say', txt: 'Hello' }]);
  // @ts-expect-error no such property
  application([{ say: { txt: 'Hello' } }]);
  // @ts-expect-error no such input
  application([{ verb: 'gather', input: ['spech'] }]);
  // @ts-expect-error no such input
  application([{ gather: { input: ['spech'] } }]);
  // @ts-expect-error no such property of a nested verb
  application([{ verb: 'gather', say: { txt: 'Hello' } }]);
  // @ts-expect-error a nested verb has no name
  application([{ verb: 'gather', say: { verb: 'say', text: 'Hello' } }]);
  // @ts-expect-error whom to dial lacks
  application([{ verb: 'dial' }]);
  // @ts-expect-error no such kind of target
  application([{ verb: 'dial', target: [{ type: 'phon', number: '+1' }] }]);
  // @ts-expect-error an id is a string
  application([{ verb: 'hangup', id: 1 }]);
});

test('commands are known by name, with their data', () => {
  command({ type: 'command', command: 'redirect', data: [] });
  command({ type: 'command', command: 'redirect', data: [{ verb: 'say', text: 'Hello' }] });
  command({ type: 'command', command: 'redirect', data: { call_hook: '/next' } });
  command({ type: 'command', command: 'redirect', data: { child_call_hook: { url: '/next', username: 'a' } } });
  command({ type: 'command', command: 'redirect', data: { parent_call: [{ hangup: {} }] } });
  command({ type: 'command', command: 'whisper', data: { whisper: { verb: 'say', text: 'Psst' } } });
  command({ type: 'command', command: 'config', data: { notifyEvents: true } });
  command({ type: 'command', command: 'room:say', data: { text: 'Hello', replace: true } });

  // @ts-expect-error nothing to redirect to
  command({ type: 'command', command: 'redirect', data: {} });
  // @ts-expect-error no such verb
  command({ type: 'command', command: 'redirect', data: [{ verb: 'sai' }] });
  // @ts-expect-error no such command
  command({ type: 'command', command: 'redirekt', data: [] });
  // @ts-expect-error no such property
  command({ type: 'command', command: 'config', data: { notifyEvent: true } });
  // @ts-expect-error no verb
  command({ type: 'command', command: 'whisper', data: { whisper: 'Psst' } });
});

test('events are told apart by type, and asked for by a type that is known', () => {
  const uses = async () => {
    for await (const { message } of client.events.subscribe({ type: 'verb:hook' })) {
      const transcript: string | undefined = message.data.speech?.alternatives?.[0]?.transcript;
      const { digits, dial_call_status: status, verb_id: id } = message.data;
      const texts: readonly (string | undefined)[] = [digits, status, id];
      // @ts-expect-error digits are text
      const count: number | undefined = message.data.digits;
      void [transcript, texts, count];
    }
    for await (const { message } of client.events.subscribe({ type: 'jambus:lost' })) {
      const since: string = message.data.since;
      void since;
    }
    for await (const event of client.events.subscribe()) {
      if (event.type === 'jambus:omitted') {
        const bytes: number = event.message.data.bytes;
        void bytes;
      } else if (event.type === 'call:status') {
        const status: string = event.message.data.call_status;
        void status;
      } else if (event.type === 'other') {
        const name: string = event.message.type;
        void name;
      }
      // @ts-expect-error no such type
      if (event.type === 'verb:hok') continue;
    }
    for await (const event of client.events.subscribe({ type: otherType('verb:progress') })) void event.message.data;
    // @ts-expect-error no such type
    client.events.subscribe({ type: 'verb:hok' });
  };
  void uses;
});

test('results are told apart by status', () => {
  const uses = async () => {
    const result = await client.commands.send('a', { type: 'command', command: 'redirect', data: [] });
    if (result.status === 'rejected') {
      const code: 'expired' | 'invalid' | string = result.code;
      void code;
      // @ts-expect-error no such code
      if (result.code === 'exspired') return;
    } else {
      const { status }: { readonly status: 'delivered' } = result;
      const none: undefined = result.code;
      void [status, none];
    }
    // @ts-expect-error this is the outcome of a command, and not of a verb
    if (result.status === 'finished') return;
    for await (const each of client.results.subscribe()) {
      if (each.status === 'failed') {
        const verb: string = each.verbId;
        void verb;
      }
      if (each.status === 'started') {
        const none: undefined = each.code;
        void none;
      }
      // @ts-expect-error no such status
      if (each.status === 'refused') return;
    }
  };
  void uses;
});

test('the steps of a call take the options of their verbs, without what the client sets itself', () => {
  const uses = async () => {
    await call.say('Hello');
    await call.say({ text: 'Hello', synthesizer: { vendor: 'google' } });
    await call.play({ url: 'x.mp3', loop: 2 });
    const { digits, speech } = await call.gather({ input: ['digits'], say: { text: 'Well?' } }, { timeoutMs: 1 });
    await call.dial({ target: [{ type: 'user', name: 'bob' }] });
    await call.run({ verb: 'conference', name: 'x' });
    await call.run({ verb: 'redirect', actionHook: '/next' });
    await call.run(otherVerb({ verb: 'sing' }));
    void [digits, speech];

    // @ts-expect-error no such property
    await call.say({ txt: 'Hello' });
    // @ts-expect-error the id is the client's
    await call.say({ text: 'Hello', id: 'a' });
    // @ts-expect-error whatever is to be played lacks
    await call.play({ loop: 2 });
    // @ts-expect-error no such input
    await call.gather({ input: ['spech'] });
    // @ts-expect-error the hook is the client's
    await call.gather({ input: ['digits'], actionHook: '/heard' });
    // @ts-expect-error the question is asked by `confirm`
    await call.dial({ target: [], confirmHook: '/ask' });
    // @ts-expect-error whom to dial lacks
    await call.dial({});
    // @ts-expect-error no such verb
    await call.run({ verb: 'conferense', name: 'x' });
    // @ts-expect-error a conference has a name
    await call.run({ verb: 'conference' });
    // @ts-expect-error no such property
    await call.run({ verb: 'conference', name: 'x', naem: 'y' });
    // @ts-expect-error the hook is the client's
    await call.run({ verb: 'conference', name: 'x', actionHook: '/end' });
    // @ts-expect-error no such verb
    await call.verbs([{ verb: 'sai' }]);
  };
  void uses;
});
