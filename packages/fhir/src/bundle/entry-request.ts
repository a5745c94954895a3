import { err, ok, type Result } from '@holdfast/kernel';
import type { Issue, IssueCode } from '../issue.ts';
import { isJsonObject, type JsonObject, type JsonValue, textOf } from '../json.ts';
import type { WrittenNumbers } from '../json-numbers.ts';
import { isResource, isResourceId, type Resource } from '../resource.ts';
import { isResourceType, type ResourceType } from '../resource-types.ts';

const METHODS = ['POST', 'PUT', 'PATCH', 'DELETE', 'GET', 'HEAD'] as const;
export type Method = (typeof METHODS)[number];

/** One entry as written, its request line taken apart. */
export interface EntryRequest {
  readonly index: number;
  readonly fullUrl: string | undefined;
  readonly method: Method;
  readonly type: ResourceType;
  readonly id: string | undefined;
  readonly version: string | undefined;
  /** GET of an instance's history. */
  readonly history: boolean;
  readonly criteria: string | undefined;
  readonly ifNoneExist: string | undefined;
  readonly ifMatch: string | undefined;
  readonly ifNoneMatch: string | undefined;
  readonly ifModifiedSince: string | undefined;
  readonly resource: Resource | undefined;
  /** The resource's numbers as sent. */
  readonly numbers: WrittenNumbers;
}

type Refusal = Result<never, Issue>;

export function entryIssue(
  index: number,
  part: string,
  text: readonly [IssueCode, string, string],
) {
  const [code, diagnostics, mend] = text;
  const expression = `Bundle.entry[${index}]${part}`;
  return { severity: 'error', code, expression, diagnostics, mend } as const satisfies Issue;
}

/** Where an entry stands. */
export interface EntryPlace {
  readonly index: number;
  /** This server's address ending in `/`; request URLs below it are read as relative. */
  readonly base: string | undefined;
  readonly numbers: WrittenNumbers;
}

export function readEntryRequest(
  entry: JsonValue,
  { index, base, numbers }: EntryPlace,
): Result<EntryRequest, Issue> {
  const refuse = (part: string, ...text: readonly [IssueCode, string, string]): Refusal =>
    err(entryIssue(index, part, text));
  const request = isJsonObject(entry) ? entry['request'] : undefined;
  if (!isJsonObject(entry) || !isJsonObject(request)) {
    return refuse('.request', 'required', 'no request', 'Give each entry a request.');
  }
  const method = methodOf(request);
  if (method === undefined) {
    const mend = `Use one of ${METHODS.join(', ')}.`;
    return refuse('.request.method', 'not-supported', 'method not supported here', mend);
  }
  const target = targetOf(textOf(request['url']) ?? '', base);
  if (target === undefined) {
    const mend = 'Use Type, Type/id, Type/id/_history/version or Type?search.';
    return refuse('.request.url', 'value', 'the URL cannot be read', mend);
  }
  const problem = shapeProblem(method, target);
  if (problem !== undefined)
    return refuse('.request.url', 'not-supported', problem, URL_MEND[method]);
  const ifMatch = etagVersion(request['ifMatch']);
  if (ifMatch === null) {
    return refuse('.request.ifMatch', 'value', 'not an ETag', 'Use the form W/"version".');
  }
  const resource = readResource(entry['resource'], { method, target, index });
  if (!resource.ok) return resource;
  return ok({
    index,
    fullUrl: textOf(entry['fullUrl']),
    method,
    ...target,
    ifNoneExist: textOf(request['ifNoneExist'])?.replace(/^([A-Za-z]+)?\?/, ''),
    ifMatch,
    ifNoneMatch: textOf(request['ifNoneMatch']),
    ifModifiedSince: textOf(request['ifModifiedSince']),
    resource: resource.value,
    numbers,
  });
}

function methodOf(request: JsonObject): Method | undefined {
  return METHODS.find((method) => method === request['method']);
}

type Target = Pick<EntryRequest, 'type' | 'id' | 'version' | 'history' | 'criteria'>;

function targetOf(url: string, base: string | undefined): Target | undefined {
  const relative = base !== undefined && url.startsWith(base) ? url.slice(base.length) : url;
  const [path = '', ...search] = relative.replace(/^\//, '').split('?');
  const [type = '', id, history, version, ...more] = path.split('/');
  if (!isResourceType(type) || more.length > 0) return undefined;
  if (id !== undefined && !isResourceId(id)) return undefined;
  if (history !== undefined && history !== '_history') return undefined;
  if (version !== undefined && !isResourceId(version)) return undefined;
  const criteria = search.length === 0 ? undefined : search.join('?');
  return {
    type,
    id,
    version,
    history: history !== undefined && version === undefined,
    criteria: criteria === '' ? undefined : criteria,
  };
}

const BY_ID_OR_SEARCH = (verb: string): string => `${verb} with Type/id or Type?search.`;
const READS = 'Read with Type/id, Type/id/_history, Type/id/_history/version or Type?search.';
const URL_MEND: Readonly<Record<Method, string>> = {
  POST: 'Create with the type alone: Type.',
  PUT: BY_ID_OR_SEARCH('Update'),
  PATCH: BY_ID_OR_SEARCH('Patch'),
  DELETE: BY_ID_OR_SEARCH('Delete'),
  GET: READS,
  HEAD: READS,
};

function shapeProblem(method: Method, target: Target): string | undefined {
  return fits(method, target) ? undefined : `the URL does not fit ${method}`;
}

function fits(method: Method, { id, version, history, criteria }: Target): boolean {
  switch (method) {
    case 'GET':
    case 'HEAD':
      return history || version === undefined || criteria === undefined;
    case 'POST':
      return id === undefined && criteria === undefined;
    default:
      return (id === undefined) !== (criteria === undefined) && !history && version === undefined;
  }
}

/** Undefined where there is none, null where it cannot be read. */
function etagVersion(value: JsonValue | undefined): string | undefined | null {
  if (value === undefined) return undefined;
  return /^(?:W\/)?"([A-Za-z0-9\-.]{1,64})"$/.exec(textOf(value) ?? '')?.[1] ?? null;
}

function readResource(
  resource: JsonValue | undefined,
  at: { method: Method; target: Target; index: number },
): Result<Resource | undefined, Issue> {
  const { method, target, index } = at;
  const refuse = (part: string, ...text: readonly [IssueCode, string, string]): Refusal =>
    err(entryIssue(index, `.resource${part}`, text));
  if (method === 'DELETE' || method === 'GET' || method === 'HEAD') return ok(undefined);
  if (!isResource(resource)) {
    return refuse('', 'required', `no R4 resource for ${method}`, 'Add the resource to the entry.');
  }
  if (method === 'PATCH') return ok(resource);
  if (resource.resourceType !== target.type) {
    return refuse('.resourceType', 'invalid', 'not the type in request.url', 'Make both the same.');
  }
  if (method === 'PUT' && target.id !== undefined && resource.id !== target.id) {
    return refuse('.id', 'invalid', 'not the id in request.url', 'Make both the same.');
  }
  return ok(resource);
}
