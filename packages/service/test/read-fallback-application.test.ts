import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readFallbackApplication } from '../src/index.ts';

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'jambus-'));
});

afterAll(() => rm(folder, { recursive: true }));

async function file(text: string): Promise<string> {
  const path = join(folder, `${Math.random()}.json`);
  await writeFile(path, text);
  return path;
}

test('nothing set is no application', async () => {
  expect(await readFallbackApplication(undefined)).toBeUndefined();
});

test('the setting is the verbs themselves or a file of them', async () => {
  const verbs = [{ verb: 'say', text: 'Grüezi' }, { hangup: {} }];
  expect(await readFallbackApplication(JSON.stringify(verbs))).toEqual(verbs);
  expect(await readFallbackApplication(` ${JSON.stringify(verbs)}`)).toEqual(verbs);
  expect(await readFallbackApplication(await file(JSON.stringify(verbs, null, 2)))).toEqual(verbs);
});

test.each(['[]', '{"verb":"say"}', '["say"]', '[null]', '[[]]', '[{"verb":'])(
  '%s is refused, inline and in a file',
  async (json) => {
    const refusal = { code: 'bad_config', message: expect.stringMatching(/^JAMBUS_FALLBACK_APPLICATION: /) };
    await expect(readFallbackApplication(json)).rejects.toMatchObject(refusal);
    await expect(readFallbackApplication(await file(json))).rejects.toMatchObject(refusal);
  },
);

test('a file that is not there is named', async () => {
  const path = join(folder, 'none.json');
  await expect(readFallbackApplication(path)).rejects.toThrow(`cannot read the file ${path}`);
});
