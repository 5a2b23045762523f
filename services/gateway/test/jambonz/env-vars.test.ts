import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readEnvVars } from '../../src/jambonz/env-vars.ts';

const VARIABLES = '[{"name":"GREETING","type":"string"}]';

test.each([
  ['nothing', undefined, '[]'],
  ['an array', ` ${VARIABLES}`, VARIABLES],
  ['an object', '{"a": 1}', '{"a":1}'],
])('%s is what the portal is told', async (_, setting, told) => {
  expect(await readEnvVars(setting)).toBe(told);
});

test('what a file holds is what the portal is told', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'env-vars-'));
  const file = join(folder, 'variables.json');
  await writeFile(file, VARIABLES);
  expect(await readEnvVars(file)).toBe(VARIABLES);
  await writeFile(file, '7');
  await expect(readEnvVars(file)).rejects.toMatchObject({ code: 'bad_config' });
  await rm(folder, { recursive: true });
});

test.each([
  ['text that is no JSON', '[{'],
  ['a file that is not there', '/nowhere/variables.json'],
])('%s is a fault of the configuration', async (_, setting) => {
  await expect(readEnvVars(setting)).rejects.toMatchObject({
    code: 'bad_config',
    message: expect.stringContaining('JAMBUS_ENV_VARS'),
  });
});
