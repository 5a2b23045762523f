import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { REPOSITORY } from '../../fixtures/repository.ts';

const FOLDERS = ['checker', 'history', 'load', 'jambonz', 'publisher'];

test('what publishes, records and checks a run knows nothing of the code that is checked', async () => {
  const importing: string[] = [];
  for (const folder of FOLDERS) {
    const path = join(REPOSITORY, 'test/faults', folder);
    for (const name of await readdir(path)) {
      const text = await readFile(join(path, name), 'utf8');
      if (/from '(@jambus\/|(\.\.\/){3,})/.test(text)) importing.push(`${folder}/${name}`);
    }
  }
  expect(importing).toEqual([]);
});
