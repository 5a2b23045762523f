import { createTurnOutcomes } from '../../src/link/turn-outcomes.ts';

test('what came of commands in one turn is told in one frame, and once', () => {
  const outcomes = createTurnOutcomes();
  outcomes.held(1);
  outcomes.settled(2, undefined);
  outcomes.settled(3, 'expired');
  outcomes.returned(4);
  outcomes.returned(5);
  expect(outcomes.take()).toEqual({
    t: 'outcomes',
    held: [1],
    settled: [2],
    refused: [[3, 'expired']],
    returned: [4, 5],
  });
  expect(outcomes.take()).toBeUndefined();
});
