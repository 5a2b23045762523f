import { JambusError, type LogLevel } from '@jambus/schema';
import { createLogger, type Logger, VERSION } from '../../src/index.ts';

function recorded(
  level: LogLevel = 'info',
  secrets: readonly string[] = [],
): { logger: Logger; lines: Record<string, unknown>[]; text: () => string } {
  const written: string[] = [];
  const lines: Record<string, unknown>[] = [];
  const destination = {
    write(line: string) {
      written.push(line);
      lines.push(JSON.parse(line));
    },
  };
  return {
    logger: createLogger({ service: 'gateway', level, destination, secrets }),
    lines,
    text: () => written.join(''),
  };
}

describe('a line', () => {
  test('is one JSON object with level by name, ISO time, service and version', () => {
    const { logger, lines, text } = recorded();
    logger.info({ callSid: 'abc' }, 'call began');
    expect(lines).toEqual([
      {
        level: 'info',
        time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
        service: 'gateway',
        version: VERSION,
        callSid: 'abc',
        msg: 'call began',
      },
    ]);
    expect(text().endsWith('}\n')).toBe(true);
    expect(VERSION).toMatch(/^\d+\.\d+\.\d+/);
  });

  test('below the level is not written', () => {
    const { logger, lines } = recorded('warn');
    logger.info('no');
    logger.child({ a: 1 }).info('no');
    logger.warn('yes');
    expect(lines.map((line) => line['msg'])).toEqual(['yes']);
  });

  test('of a child has the fields of all its parents', () => {
    const { logger, lines } = recorded();
    logger.child({ component: 'link' }).child({ gateway: 'g1' }).warn('lost');
    expect(lines[0]).toMatchObject({ component: 'link', gateway: 'g1', level: 'warn', service: 'gateway' });
  });
});

describe('secrets', () => {
  test.each([
    'authorization',
    'Authorization',
    'linkToken',
    'token',
    'password',
    'PASSWORD',
    'passwd',
    'basicAuth',
    'client_secret',
    'set-cookie',
    'apiKey',
  ])('the value of %s is blanked at any depth, in lines and in children', (key) => {
    const { logger, text, lines } = recorded();
    const fields = { [key]: 'hunter2' };
    logger.info(fields, 'x');
    logger.info({ a: [{ b: { c: fields } }] }, 'x');
    logger
      .child(fields)
      .child({ request: { headers: fields } })
      .info('x');
    expect(text()).not.toContain('hunter2');
    expect(lines[0]?.[key]).toBe('***');
    expect(fields[key]).toBe('hunter2');
  });

  test('credentials in URLs are blanked in fields, messages and errors', () => {
    const { logger, text } = recorded();
    const url = 'nats://me:hunter2@broker:4222';
    logger.info({ servers: [url], parsed: new URL(url) }, `connecting to ${url}`);
    logger.error({ err: new Error(`cannot reach ${url}`, { cause: new Error(url) }) }, 'failed');
    expect(text()).not.toContain('hunter2');
    expect(text()).toContain('nats://***@broker:4222');
  });

  test('known secrets are blanked wherever they turn up', () => {
    const { logger, text, lines } = recorded('info', ['hunter2"\\hunter2']);
    logger.child({ a: 'x hunter2"\\hunter2 y' }).info({ b: ['hunter2"\\hunter2'] }, 'it is hunter2"\\hunter2');
    expect(text()).not.toContain('hunter2');
    expect(lines[0]).toMatchObject({ a: 'x *** y', b: ['***'], msg: 'it is ***' });
  });

  test('neither further properties of an error nor what is not plain data are written', () => {
    class Connection {
      readonly secretive = 'hunter2';
    }
    const { logger, lines, text } = recorded();
    const error = Object.assign(new Error('refused'), { config: { headers: { x: 'hunter2' } } });
    logger.info({ err: error, connection: new Connection(), payload: Buffer.from('hunter2') }, 'x');
    expect(text()).not.toContain('hunter2');
    expect(lines[0]).toMatchObject({ connection: '[Connection]', payload: '[Buffer of 7 bytes]' });
  });

  test('numbers and flags under harmless keys stay as they are', () => {
    const { logger, lines } = recorded();
    logger.info({ calls: 3, hasToken: true, hook: '/menu', none: null }, 'x');
    expect(lines[0]).toMatchObject({ calls: 3, hasToken: true, hook: '/menu', none: null });
  });
});

describe('errors', () => {
  test('are written with code, stack and the chain of causes', () => {
    const { logger, lines } = recorded();
    const socket = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
    logger.error({ err: new JambusError('bus_unavailable', 'broker away', { cause: socket }) }, 'cannot publish');
    expect(lines[0]).toMatchObject({
      msg: 'cannot publish',
      err: {
        type: 'JambusError',
        code: 'bus_unavailable',
        retryable: true,
        message: 'broker away',
        stack: expect.stringContaining('logger.test'),
        cause: { type: 'Error', code: 'ECONNREFUSED', message: 'connect ECONNREFUSED' },
      },
    });
  });

  test('an error alone, under another key, inside an AggregateError, or not an Error at all is written too', () => {
    const { logger, lines } = recorded();
    logger.error(new Error('alone'));
    logger.error({ reason: new Error('elsewhere') }, 'x');
    logger.error({ err: new AggregateError([new Error('one'), new Error('two')], 'both') }, 'x');
    logger.error({ err: new Error('outer', { cause: 'a string' }) }, 'x');
    expect(lines[0]).toMatchObject({ msg: 'alone', err: { message: 'alone' } });
    expect(lines[1]).toMatchObject({ reason: { message: 'elsewhere' } });
    expect(lines[2]).toMatchObject({ err: { errors: [{ message: 'one' }, { message: 'two' }] } });
    expect(lines[3]).toMatchObject({ err: { cause: { message: 'a string' } } });
  });

  test('circular causes and circular fields end', () => {
    const { logger, lines } = recorded();
    const error = new Error('round');
    error.cause = error;
    const fields: Record<string, unknown> = { err: error };
    fields['self'] = fields;
    logger.error(fields, 'x');
    expect(lines).toHaveLength(1);
  });
});
