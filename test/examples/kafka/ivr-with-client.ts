import { connectKafkaClient } from '@jambus/client/kafka';
import { takeCalls } from '../ivr.ts';

/*
 * Takes orders by phone. All of it but the connection is in ../ivr.ts.
 *
 *   node test/dist/examples/kafka/ivr-with-client.js 127.0.0.1:9092 [prefix of the topics]
 */

const [broker = '127.0.0.1:9092', prefix = 'jambonz'] = process.argv.slice(2);

await takeCalls(await connectKafkaClient({ brokers: [broker], prefix, clientId: 'ivr' }), broker);
