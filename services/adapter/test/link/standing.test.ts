import { setTimeout as sleep } from 'node:timers/promises';
import { createLinkStanding } from '../../src/link/standing.ts';
import { eventually } from '../support/eventually.ts';

/** The links of an adapter, as many of them as the test says, and what the others are told. */
function linksOf(count: number) {
  const links = { reached: count };
  const told: number[] = [];
  const standing = createLinkStanding(() => links.reached);
  standing.update();
  const end = standing.onChange(() => told.push(standing.rank));
  const reach = (reached: number): void => {
    links.reached = reached;
    standing.update();
  };
  return { standing, told, reach, end };
}

describe('standing of an adapter', () => {
  test('is that of its first look at the links, at once', () => {
    const { standing, told } = linksOf(3);
    expect([standing.rank, told]).toEqual([3, []]);
    standing.close();
  });

  test('is told of a change that lasts, though each dial that fails looks again', async () => {
    const { standing, told, reach } = linksOf(3);
    const since = performance.now();
    reach(2);
    const dialling = setInterval(() => reach(2), 300);
    await eventually(() => expect(told).toEqual([2]), 4_000);
    clearInterval(dialling);
    expect(performance.now() - since).toBeGreaterThan(1_900);
    reach(3);
    await eventually(() => expect(told).toEqual([2, 3]), 4_000);
    standing.close();
  });

  test('moves nothing when a link is down for a moment, or for another reason a moment later', async () => {
    const { standing, told, reach } = linksOf(3);
    reach(2);
    await sleep(1_200);
    reach(3);
    await sleep(500);
    // Its two seconds begin here.
    reach(2);
    await sleep(1_200);
    expect([standing.rank, told]).toEqual([3, []]);
    reach(3);
    await sleep(2_200);
    expect([standing.rank, told]).toEqual([3, []]);
    standing.close();
  });

  test('is told to nobody who has gone, nor after the adapter has stopped', async () => {
    const { standing, told, reach, end } = linksOf(3);
    const others: number[] = [];
    standing.onChange(() => others.push(standing.rank));
    end();
    reach(1);
    await eventually(() => expect(others).toEqual([1]), 4_000);
    reach(0);
    standing.close();
    await sleep(2_200);
    expect([told, others]).toEqual([[], [1]]);
  });
});
