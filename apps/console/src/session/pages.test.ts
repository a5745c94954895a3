import { expect, it } from 'vitest';
import { hasPages, isPageOf, type PageName } from './pages.ts';

it('offers each role the pages that answer it, and all where the role is not known', () => {
  const pages: readonly PageName[] = ['overview', 'incidents', 'identity'];
  const offered = (role: string) => pages.filter((page) => isPageOf(role, page));
  expect(offered('operator')).toEqual(['overview', 'incidents']);
  expect(offered('front-desk')).toEqual(['identity']);
  expect(offered('signed in')).toEqual(pages);
  expect(['operator', 'front-desk', 'researcher'].map(hasPages)).toEqual([true, true, false]);
});
