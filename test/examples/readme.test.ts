import { readFile } from 'node:fs/promises';

test('the microservice in the README is the one that compiles', async () => {
  const [readme, example] = await Promise.all(
    ['../../README.md', './nats/greet.ts'].map((path) => readFile(new URL(path, import.meta.url), 'utf8')),
  );
  expect(readme).toContain(`\`\`\`ts\n${example}\`\`\`\n`);
});

test('the example without the client has nothing of jambus', async () => {
  const plain = await readFile(new URL('./nats/ivr-plain-nats.ts', import.meta.url), 'utf8');
  const imported = [...plain.matchAll(/(?:from|import\()\s*'([^']+)'/g)].map(([, module]) => module);
  expect(imported).toEqual(['node:crypto', 'nats']);
});
