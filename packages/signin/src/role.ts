import { ROLES, type Role } from '@holdfast/consent';

const NAMES: ReadonlySet<string> = new Set(ROLES);

export const isRole = (name: string): name is Role => NAMES.has(name);
