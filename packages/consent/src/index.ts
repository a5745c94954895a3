export { type Action, ACTIONS, type Actor, type Role, ROLES } from './actor.ts';
export { parseConsent } from './model/parse-consent.ts';
export { consentMigrations } from './migrations.ts';
