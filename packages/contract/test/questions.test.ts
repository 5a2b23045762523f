import { HOOK_KINDS, JAMBONZ_MESSAGES } from '@jambus/schema';
import { contractFiles } from '../src/index.ts';

const reference = contractFiles().get('reference.md') ?? '';
const rows = reference
  .slice(reference.indexOf('## Questions'), reference.indexOf('## Results'))
  .split('\n')
  .filter((line) => line.startsWith('| `'))
  .map((line) => line.split('|').map((cell) => cell.trim()));

test.each([...Object.keys(JAMBONZ_MESSAGES), ...Object.keys(HOOK_KINDS)])(
  '%s has one row, which says what it means and what happens without an answer',
  (name) => {
    const found = rows.filter(([, cell]) => cell === `\`${name}\``);
    expect(found).toHaveLength(1);
    expect(found[0]?.slice(2, -2).every((cell) => cell !== '')).toBe(true);
  },
);
