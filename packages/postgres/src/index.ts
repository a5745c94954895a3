export type { Queryable } from './connection.ts';
