import { ENDPOINTS } from '@holdfast/api-contract';

/** Pages of the console, by what they ask of the server first. */
const ASKED = {
  overview: ENDPOINTS.readOverview,
  incidents: ENDPOINTS.listIncidents,
  identity: ENDPOINTS.listIdentityReviews,
} as const;

export type PageName = keyof typeof ASKED;

const ROLES: ReadonlySet<string> = new Set(Object.values(ASKED).flatMap(({ roles }) => roles));

/** Whether any page is for a role. */
export const hasPages = (role: string): boolean => ROLES.has(role);

/**
 * Whether a page has something for a role. What may be seen the server decides, by the token: of a
 * role that is not known here every page is offered.
 */
export function isPageOf(role: string, page: PageName): boolean {
  const roles: readonly string[] = ASKED[page].roles;
  return !ROLES.has(role) || roles.includes(role);
}
