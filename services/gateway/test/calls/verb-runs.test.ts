import { causationOf } from '@jambus/link';
import { createVerbRuns } from '../../src/calls/verb-runs.ts';
import { hear, jambonz, liveCall, redirect, send } from './harness.ts';

const status = (event: string, id: string) => jambonz('verb:status', { event, id, name: 'say' })[0];

function runs(limit = 16) {
  const verbs = createVerbRuns(limit);
  /** What an event says: the command, and the result of it. */
  const says = (event: string, id = 'greet') => {
    const { causation, result } = verbs.observe(status(event, id));
    return [causation, result?.status];
  };
  return { verbs, says };
}

describe('a verb id that is used twice', () => {
  test('begins and ends with the command that brought that run, although the second is queued meanwhile', () => {
    const { verbs, says } = runs();
    verbs.brought(['greet'], 'first', false);
    expect(says('starting')).toEqual(['first', 'started']);
    verbs.brought(['greet'], 'second', false);
    expect(says('finished')).toEqual(['first', 'finished']);
    expect(says('starting')).toEqual(['second', 'started']);
    expect(says('finished')).toEqual(['second', 'finished']);
  });

  test('ends the run that began first, when two of them go on side by side', () => {
    const { verbs, says } = runs();
    verbs.brought(['greet'], 'first', false);
    verbs.brought(['greet'], 'second', false);
    expect([says('starting')[0], says('starting')[0]]).toEqual(['first', 'second']);
    expect([says('finished')[0], says('finished')[0]]).toEqual(['first', 'second']);
    expect(verbs.list()).toEqual([]);
  });

  test('is credited on the bus to the right command, event by event', () => {
    const harness = liveCall();
    const say = (queued: boolean) => ({ ...redirect([{ verb: 'say', text: 'x', id: 'greet' }]), queueCommand: queued });
    send(harness.call, say(true), { id: 'first' });
    hear(harness, 'verb:status', { event: 'starting', id: 'greet', name: 'say' });
    send(harness.call, say(true), { id: 'second' });
    for (const event of ['finished', 'starting', 'finished']) {
      hear(harness, 'verb:status', { event, id: 'greet', name: 'say' });
    }
    expect(
      harness.events.slice(-4).map((event) => [causationOf(event), event.result?.command, event.result?.status]),
    ).toEqual([
      ['first', 'first', 'started'],
      ['first', 'first', 'finished'],
      ['second', 'second', 'started'],
      ['second', 'second', 'finished'],
    ]);
  });

  test('a failure belongs to the run that goes on, not to the one that waits', () => {
    const { verbs, says } = runs();
    verbs.brought(['greet'], 'first', false);
    says('starting');
    verbs.brought(['greet'], 'second', false);
    const [failure] = jambonz('jambonz:error', { id: 'greet', msg: 'no voice' });
    expect(verbs.observe(failure).result).toMatchObject({ command: 'first', status: 'failed', detail: 'no voice' });
    expect(says('finished')).toEqual(['first', 'finished']);
  });
});

describe('verbs that jambonz drops', () => {
  test('a redirect in place of what waits drops the runs that wait, and leaves the one that goes on', () => {
    const { verbs, says } = runs();
    verbs.brought(['greet'], 'running', false);
    says('starting');
    verbs.brought(['greet'], 'dropped', false);
    verbs.brought(['greet'], 'new', true);
    expect(says('finished')).toEqual(['running', 'finished']);
    expect(says('starting')).toEqual(['new', 'started']);
  });

  test('a redirect without queueCommand on the call does so, and one with it does not', () => {
    const startedBy = (queueCommand: boolean) => {
      const harness = liveCall();
      const say = { type: 'command', command: 'redirect', data: [{ verb: 'say', text: 'x', id: 'greet' }] };
      send(harness.call, { ...say, queueCommand: true }, { id: 'first' });
      send(harness.call, queueCommand ? { ...say, queueCommand } : say, { id: 'second' });
      hear(harness, 'verb:status', { event: 'starting', id: 'greet', name: 'say' });
      const last = harness.events.at(-1);
      return last && causationOf(last);
    };
    expect([startedBy(true), startedBy(false)]).toEqual(['first', 'second']);
  });

  test('a command that did not reach jambonz brought nothing', () => {
    const { verbs, says } = runs();
    verbs.brought(['greet'], 'cut', false);
    verbs.forget('cut');
    expect(says('starting')).toEqual([undefined, undefined]);
  });
});

describe('verbs that no command of ours brought', () => {
  test('play between their start and their end, and are credited to nobody', () => {
    const { verbs, says } = runs();
    expect(says('starting')).toEqual([undefined, undefined]);
    expect(verbs.isPlaying('greet')).toBe(true);
    expect(says('finished')).toEqual([undefined, undefined]);
    expect(verbs.isPlaying('greet')).toBe(false);
  });

  test('an end whose start was not told ends the run that waits', () => {
    const { verbs, says } = runs();
    verbs.brought(['greet'], 'cmd', false);
    expect(says('finished')).toEqual(['cmd', 'finished']);
    expect(verbs.list()).toEqual([]);
  });
});

test('steps and hooks of a verb name its command, and are no results', () => {
  const { verbs, says } = runs();
  verbs.brought(['greet'], 'cmd', false);
  says('starting');
  expect(says('start-playback')).toEqual(['cmd', undefined]);
  const [hook] = jambonz('verb:hook', { verb_id: 'greet' });
  expect(verbs.observe(hook)).toEqual({ causation: 'cmd', result: undefined });
});

describe('a command that wants its outcome alone', () => {
  test('has its events as any, and no later result', () => {
    const harness = liveCall();
    const verbs = [{ verb: 'say', text: 'x', id: 'greet' }];
    send(harness.call, redirect(verbs), { id: 'quiet', terminalOnly: true });
    send(harness.call, { ...redirect(verbs), queueCommand: true }, { id: 'usual' });
    for (const event of ['starting', 'finished', 'starting', 'finished']) {
      hear(harness, 'verb:status', { event, id: 'greet', name: 'say' });
    }
    expect(harness.events.slice(-4).map((event) => [causationOf(event), event.result?.status])).toEqual([
      ['quiet', undefined],
      ['quiet', undefined],
      ['usual', 'started'],
      ['usual', 'finished'],
    ]);
  });

  test('stays so at the next gateway', () => {
    const { verbs } = runs();
    verbs.brought(['greet'], 'quiet', false, true);
    verbs.brought(['greet'], 'usual', false);
    const next = runs();
    next.verbs.restore(verbs.list(), verbs.silent());
    expect(next.says('starting')).toEqual(['quiet', undefined]);
    expect(next.says('starting')).toEqual(['usual', 'started']);
    expect(verbs.silent()).toEqual(['quiet']);
  });
});

test('runs are remembered up to the limit, and travel to the next gateway in their order', () => {
  const { verbs } = runs(3);
  for (const command of ['a', 'b', 'c', 'd']) verbs.brought(['greet'], command, false);
  expect(verbs.list().map(([, command]) => command)).toEqual(['b', 'c', 'd']);
  const next = runs(3);
  next.verbs.brought(['greet'], 'later', false);
  next.verbs.restore(verbs.list());
  expect(next.verbs.list().map(([, command]) => command)).toEqual(['c', 'd', 'later']);
});
