import type { Copy } from '../history/history.ts';
import { command, confirmed, START } from './sample-history.ts';
import { Specimen } from './specimen.ts';

let specimen: Specimen;
beforeEach(() => {
  specimen = new Specimen();
});

test('a dead letter is found', () => {
  specimen.history.deadLetters.push(specimen.history.results.stored[0] as Copy);
  expect(specimen.broken()).toEqual(['dead letter']);
});

test('commands that nobody is done with are found', () => {
  specimen.history.facts.left = 2;
  expect(specimen.broken()).toEqual(['left to do']);
});

test('a call that a gateway ended is found', () => {
  const { history } = specimen;
  history.sayings = history.sayings.slice(0, -1);
  for (const view of ['stored', 'seen'] as const) history.events[view] = history.events[view].slice(0, -1);
  history.sockets = history.sockets.map((socket) =>
    socket.socket === 2 ? { ...socket, closedAt: START + 20_000, closedBy: 'gateway', code: 1000 } : socket,
  );
  specimen.removeResult('result/3/15');
  history.stored.pop();
  history.confirmed.pop();
  expect(specimen.broken()).toEqual(['call lost']);
});

test('a command that the broker confirmed and does not have is found', () => {
  specimen.history.confirmed.push(confirmed(command({ marker: 'm9', place: { log: 0, partition: 3, offset: 99 } })));
  expect(specimen.broken()).toEqual(['stored record missing']);
});
