import type { TSchema } from '@sinclair/typebox';
import { type ConfigSchema, notesOf } from './config-schema.ts';
import { describeValue } from './describe-value.ts';
import { variableName } from './variable.ts';

const COLUMNS = 100;
const GAP = '  ';

/**
 * The settings of a service as a table for `--help`: variable, what a value must be, default, meaning. Lines are at most
 * 100 columns wide. Secrets have no default to show.
 */
export function describeConfig(schema: ConfigSchema): string {
  const settings = Object.entries(schema.properties);
  const left = Math.max(...settings.map(([name]) => variableName(name).length));
  const width = COLUMNS - left - 2 * GAP.length;
  return settings
    .map(([name, setting]) => {
      const required = schema.required?.includes(name) === true && setting.default === undefined;
      const text = [...wrap(facts(setting, required), width), ...wrap(setting.description ?? '', width)];
      return text
        .map((line, at) => `${GAP}${(at === 0 ? variableName(name) : '').padEnd(left)}${GAP}${line}`)
        .join('\n');
    })
    .join('\n\n');
}

/** First line of a setting: `a whole number from 0 to 65535; default 3000`. */
function facts(setting: TSchema, required: boolean): string {
  const { secret, defaultText } = notesOf(setting);
  const words = [describeValue(setting)];
  if (secret === true) words.push('secret');
  if (required) words.push('required');
  else if (setting.default === undefined) words.push('optional');
  else if (secret !== true) words.push(`default ${defaultText ?? String(setting.default)}`);
  return words.join('; ');
}

function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    const longer = line === '' ? word : `${line} ${word}`;
    if (longer.length <= width) {
      line = longer;
    } else {
      if (line !== '') lines.push(line);
      line = word;
    }
  }
  return line === '' ? lines : [...lines, line];
}
