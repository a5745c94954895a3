import type { JsonObject, JsonValue } from '../json.ts';
import type { Report } from './report.ts';

/** Looks at one value; `holder` is the object it stands in. */
export type Check = (value: JsonValue, report: Report, holder: JsonObject) => void;

/** Looks at an object as a whole. */
export type Rule = (node: JsonObject, report: Report) => void;
