import { describe, expect, it } from 'vitest';
import { classify, isConnectTimeout } from './sqlstate.ts';

const coded = (code: string, message = '') => Object.assign(new Error(message), { code });

describe('classify', () => {
  it.each([
    ['40001', 'retryable'],
    ['40P01', 'retryable'],
    ['23505', 'conflict'],
    ['23503', 'conflict'],
    ['57014', 'timeout'],
    ['55P03', 'timeout'],
    ['57P01', 'unavailable'],
    ['08006', 'unavailable'],
    ['53300', 'unavailable'],
    ['ECONNREFUSED', 'unavailable'],
    ['42P01', 'bug'],
    ['22P02', 'bug'],
  ])('%s is %s', (code, kind) => {
    expect(classify(coded(code))).toEqual({ kind, sqlstate: code });
  });

  it('knows a lost connection by the words of the driver', () => {
    expect(classify(new Error('Connection terminated unexpectedly'))).toEqual({
      kind: 'unavailable',
      sqlstate: '08006',
    });
    expect(classify(new Error('timeout exceeded when trying to connect')).kind).toBe('unavailable');
    expect(isConnectTimeout(new Error('timeout exceeded when trying to connect'))).toBe(true);
    expect(isConnectTimeout(new Error('Connection terminated unexpectedly'))).toBe(false);
  });

  it('takes several refused addresses of one host for an absent database', () => {
    const both = new AggregateError([coded('ECONNREFUSED'), coded('ECONNREFUSED')]);
    expect(classify(both).kind).toBe('unavailable');
    const mixed = new AggregateError([coded('ECONNREFUSED'), new TypeError('x')]);
    expect(classify(mixed).kind).toBe('bug');
  });

  it('never throws, whatever was thrown', () => {
    for (const thrown of [undefined, null, 'text', 5, {}, { code: '40001' }]) {
      expect(classify(thrown)).toEqual({ kind: 'bug', sqlstate: '' });
    }
  });
});
