import { connectNatsClient } from '@jambus/client/nats';
import { takeCalls } from '../ivr.ts';

/*
 * Takes orders by phone. All of it but the connection is in ../ivr.ts.
 *
 *   node test/dist/examples/nats/ivr-with-client.js nats://127.0.0.1:4222 [prefix of the subjects]
 */

const [server = 'nats://127.0.0.1:4222', prefix = 'jambonz'] = process.argv.slice(2);

await takeCalls(await connectNatsClient({ servers: [server], prefix, name: 'ivr' }), server);
