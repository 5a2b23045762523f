import { readFile } from 'node:fs/promises';

test('the microservice in the README is the one that compiles', async () => {
  const [readme, example] = await Promise.all(
    ['../../README.md', './nats/greet.ts'].map((path) => readFile(new URL(path, import.meta.url), 'utf8')),
  );
  expect(readme).toContain(`\`\`\`ts\n${example}\`\`\`\n`);
});

test.each([
  ['./nats/ivr-plain-nats.ts', 'nats'],
  ['./kafka/ivr-plain-kafka.ts', 'kafkajs'],
])('the example without the client has nothing of jambus: %s', async (path, library) => {
  const plain = await readFile(new URL(path, import.meta.url), 'utf8');
  const imported = [...plain.matchAll(/(?:from|import\()\s*'([^']+)'/g)].map(([, module]) => module);
  expect(imported).toEqual(['node:crypto', library]);
});
