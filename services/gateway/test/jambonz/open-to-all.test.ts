import { isOpenToAll } from '../../src/jambonz/open-to-all.ts';

test.each([
  ['0.0.0.0', true],
  ['::', true],
  ['10.0.0.1', true],
  ['gateway.example', true],
  ['127.0.0.1', false],
  ['127.1.2.3', false],
  ['::1', false],
  ['::ffff:127.0.0.1', false],
  ['localhost', false],
])('on %s without credentials: %s', (websocketHost, open) => {
  expect(isOpenToAll({ basicAuth: undefined, websocketHost })).toBe(open);
  expect(isOpenToAll({ basicAuth: 'user:password', websocketHost })).toBe(false);
});
