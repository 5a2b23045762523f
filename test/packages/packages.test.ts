import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeContents } from './describe-contents.ts';
import { describeKafkaConsumer } from './describe-kafka-consumer.ts';
import { describeNatsConsumer } from './describe-nats-consumer.ts';
import { packAll, type Tarballs } from './pack.ts';

let folder: string;
let tarballs: Tarballs;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'jambus-packages-'));
  tarballs = await packAll(folder);
}, 180_000);

afterAll(() => rm(folder, { recursive: true, force: true }));

describeContents(() => tarballs);
await describeNatsConsumer(
  () => tarballs,
  () => folder,
);
await describeKafkaConsumer(
  () => tarballs,
  () => folder,
);
