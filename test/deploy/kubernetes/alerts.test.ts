import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { REPOSITORY } from '../../fixtures/repository.ts';
import { type Alert, readAlerts } from './monitoring/queries.ts';

let alerts: readonly Alert[];
beforeAll(async () => {
  alerts = await readAlerts();
});

test('every alert is in the README, with what to do', async () => {
  const readme = await readFile(join(REPOSITORY, 'deploy/README.md'), 'utf8');
  const rows = readme.split('\n').filter((line) => /^\| `Jambus\w+` \|/.test(line));
  expect(rows.map((row) => /`(\w+)`/.exec(row)?.[1])).toEqual(alerts.map(({ alert }) => alert));
  for (const row of rows) expect(row.split('|').filter((cell) => cell.trim().length > 10)).toHaveLength(3);
});
