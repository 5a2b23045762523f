import { createServer } from 'node:http';
import { createEndpoint, type Session } from '@jambonz/sdk/websocket';

/*
 * Takes orders by phone with @jambonz/sdk alone, as its documentation shows: jambonz, and no bus. What
 * `../../examples/ivr.ts` does with a caller who presses 1.
 */

const server = createServer();
createEndpoint({ server })({ path: '/ivr' }).on('session:new', (session: Session) => {
  session.on('error', () => {});
  session.on('/menu', () => {
    session.gather({ input: ['speech'], say: { text: 'What would you like?' }, actionHook: '/order' }).reply();
  });
  session.on(
    '/order',
    ({ speech }: { readonly speech?: { readonly alternatives: { readonly transcript: string }[] } }) => {
      const order = speech?.alternatives[0]?.transcript;
      session
        .say({ text: order === undefined ? 'Please call again.' : `${order}? Coming up!` })
        .hangup()
        .reply();
    },
  );
  session.gather({ input: ['digits'], numDigits: 1, say: { text: "Welcome to Mario's!" }, actionHook: '/menu' }).send();
});
server.listen(Number(process.env['PORT']), '127.0.0.1');
