import { isStructured, readStructured } from '../../src/index.ts';

const JSON_FORMAT = 'application/cloudevents+json';
const read = (envelope: string, contentType = JSON_FORMAT) => {
  const event = readStructured(Buffer.from(envelope), contentType);
  return 'fault' in event ? event : { ...event, payload: Buffer.from(event.payload).toString() };
};

test.each([
  ['application/cloudevents+json', true],
  ['Application/CloudEvents+JSON; charset=utf-8', true],
  ['application/cloudevents-batch+json', true],
  ['application/cloudevents+protobuf', true],
  ['application/json', false],
  ['application/cloudeventsish+json', false],
  [undefined, false],
])('content of type %s holds an event with its attributes: %s', (contentType, expected) => {
  expect(isStructured(contentType)).toBe(expected);
});

test('members are attributes, and the payload is the data as it stands there', () => {
  const data = '{ "b" : 1.0,\n"a":"\\u00e9" }';
  expect(read(`{"specversion":"1.0","ID":"1","ifsequence":7,"flag":true,"none":null,"data":${data}}`)).toEqual({
    attributes: { 'content-type': 'application/json', specversion: '1.0', id: '1', ifsequence: '7', flag: 'true' },
    payload: data,
  });
});

test.each([
  ['{"data_base64":"e30="}', '{}'],
  ['{"data_base64":null,"data":[1, 2]}', '[1, 2]'],
  ['{"datacontenttype":"text/plain","data":"{}"}', '{}'],
  ['{"datacontenttype":"application/vnd.jambonz+json","data":"{}"}', '"{}"'],
  ['{"d\\u0061ta":{"a": 1}}', '{"a":1}'],
  ['{"data":null}', 'null'],
  ['{}', ''],
])('the payload of %s is %s', (envelope, payload) => {
  expect(read(envelope)).toMatchObject({ payload });
});

test.each([
  ['{"data":', /not JSON/],
  ['[{}]', /one JSON object/],
  ['{"id":{"a":1}}', /^id: expected a plain value/],
  ['{"data":{},"data_base64":"e30="}', /expected one of them/],
  ['{"data_base64":"e30"}', /expected Base64/],
  ['{"data_base64":7}', /expected Base64/],
])('the envelope %s is refused', (envelope, fault) => {
  expect(read(envelope)).toEqual({ fault: expect.stringMatching(fault) });
});

test('several events at once, or another format, are refused by their name', () => {
  for (const contentType of ['application/cloudevents-batch+json', 'application/cloudevents+protobuf']) {
    expect(read('[]', contentType)).toEqual({ fault: expect.stringContaining(contentType) });
  }
});
