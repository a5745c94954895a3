import { describe, expect, it } from 'vitest';
import { evidenceInWords, findingOf, whereInWords } from './finding.ts';
import { localise } from './localise.ts';

const rows = ['a', 'b', 'c', 'd'].flatMap((node) =>
  ['x', 'y', 'z'].map((client) => ({
    values: [client, node, `rack-${node}`],
    failed: node === 'b' ? 30 : 0,
    succeeded: node === 'b' ? 10 : 40,
  })),
);

describe('a finding', () => {
  const found = localise({ attributes: ['client', 'node', 'rack'], rows });
  if (!found.ok) throw new Error('the rows are well formed');
  const finding = findingOf(found.value);

  it('says where and why in words', () => {
    const [cause] = finding.causes;
    expect(cause?.where).toEqual({ node: 'b' });
    expect(whereInWords({ tier: '0', component: 'inference' })).toBe(
      'component inference and tier 0',
    );
    const words = cause && evidenceInWords(cause);
    expect(words).toMatch(/^90 of 120 failed, elsewhere 0 of 360 failed: \d+ times as likely/);
    expect(words).toMatch(/\(95 %: \d+ to over 1000\); explains 100 % of the failures$/);
  });

  it('lists no alternative that is only another name', () => {
    expect(finding.causes[0]?.sameAs).toEqual([{ rack: 'rack-b' }]);
    expect(finding.alternatives.map(({ where }) => where)).not.toContainEqual({ rack: 'rack-b' });
    expect(finding.alternatives.length).toBeLessThanOrEqual(2);
  });
});
