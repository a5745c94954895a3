import { describe, expect, it } from 'vitest';
import { type Exchange, ExchangeCounter } from './exchange-counter.ts';

const z = (text: string) => Buffer.from(`${text}\0`);
function message(type: string, ...parts: Buffer[]): Buffer {
  const body = Buffer.concat(parts);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(body.length + 4);
  return Buffer.concat([Buffer.from(type), length, body]);
}
const startup = message('', Buffer.from([0, 3, 0, 0]), z('application_name'), z('api'), z(''));
const parse = (name: string, sql: string) => message('P', z(name), z(sql), Buffer.alloc(2));
const bind = (statement: string) => message('B', z(''), z(statement), Buffer.alloc(6));
const execute = message('E', z(''), Buffer.alloc(4));
const sync = message('S');
const complete = message('C', z('SELECT 1'));
const ready = message('Z', Buffer.from('I'));

function follow() {
  const exchanges: Exchange[] = [];
  const counter = new ExchangeCounter(
    (exchange) => exchanges.push(exchange),
    () => 7,
  );
  counter.fromClient(startup);
  counter.fromServer(Buffer.concat([message('R', Buffer.alloc(4)), ready]));
  return { counter, statements: () => exchanges.map((exchange) => exchange.statements), exchanges };
}

describe('a followed connection', () => {
  it('reports one round trip for what is sent before the server is ready', () => {
    const { counter, exchanges } = follow();
    counter.fromClient(Buffer.concat([parse('', 'select 1'), bind(''), execute, sync]));
    counter.fromServer(Buffer.concat([message('1'), message('2'), complete, ready]));
    expect(exchanges).toEqual([{ application: 'api', statements: ['select 1'], startedMs: 7 }]);
  });

  it('counts pipelined statements apart and their round trip once', () => {
    const { counter, statements } = follow();
    const one = [parse('', 'begin'), bind(''), execute, sync];
    const two = [parse('', 'select 2'), bind(''), execute, sync];
    counter.fromClient(Buffer.concat([...one, ...two]));
    counter.fromServer(Buffer.concat([complete, ready]));
    expect(statements()).toEqual([]);
    counter.fromServer(Buffer.concat([complete, ready]));
    expect(statements()).toEqual([['begin', 'select 2']]);
  });

  it('remembers the text of a named statement that was parsed earlier', () => {
    const { counter, statements } = follow();
    counter.fromClient(Buffer.concat([parse('n', 'select 3'), bind('n'), execute, sync]));
    counter.fromServer(Buffer.concat([complete, ready]));
    counter.fromClient(Buffer.concat([bind('n'), execute, sync]));
    counter.fromServer(Buffer.concat([complete, ready]));
    expect(statements()).toEqual([['select 3'], ['select 3']]);
  });

  it('sees the same however the network chops the bytes', () => {
    const { counter, statements } = follow();
    const sent = Buffer.concat([message('Q', z('select 4')), message('Q', z('select 5'))]);
    for (const byte of sent) counter.fromClient(Buffer.from([byte]));
    for (const byte of Buffer.concat([complete, ready, complete, ready])) {
      counter.fromServer(Buffer.from([byte]));
    }
    expect(statements()).toEqual([['select 4', 'select 5']]);
  });

  it('does not take a failed statement for a completed one', () => {
    const { counter, statements } = follow();
    counter.fromClient(message('Q', z('select broken')));
    counter.fromServer(Buffer.concat([message('E', z('SERROR')), ready]));
    counter.fromClient(message('Q', z('select 6')));
    counter.fromServer(Buffer.concat([complete, ready]));
    expect(statements()).toEqual([[], ['select 6']]);
  });
});
