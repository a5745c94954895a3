import type { Issue, IssueCode } from '../issue.ts';
import type { JsonObject } from '../json.ts';
import { MAX_ISSUES } from '../limits.ts';

const ELEMENT_NAME = /^[A-Za-z_][A-Za-z0-9_]{0,63}$/;

/** What a problem says beside its place. */
export interface Finding {
  readonly severity?: Issue['severity'];
  readonly code: IssueCode;
  readonly diagnostics: string;
  readonly mend: string;
}

/** A problem with the way to it, innermost step first. */
interface Draft {
  readonly finding: Finding;
  readonly steps: (string | number)[];
}

/**
 * Collects issues during one walk. A problem learns its place on the way out: each level adds its
 * own step, and only where something was found. A valid resource costs no bookkeeping.
 */
export class Report {
  /** `%rootResource` in FHIRPath: the resource whose `contained` local references mean. */
  root: JsonObject;
  /** `%resource`: the root or the contained resource that is being looked at. */
  resource: JsonObject;
  /** Nesting of objects at the moment. */
  depth = 0;
  readonly #drafts: Draft[] = [];

  constructor(resource: JsonObject) {
    this.root = resource;
    this.resource = resource;
  }

  get count(): number {
    return this.#drafts.length;
  }

  get isFull(): boolean {
    return this.#drafts.length >= MAX_ISSUES;
  }

  add(finding: Finding): void {
    if (this.#drafts.length < MAX_ISSUES) this.#drafts.push({ finding, steps: [] });
  }

  /** Adds an issue about a child; a name no FHIR element could have is not echoed. */
  addAt(name: string, finding: Finding): void {
    const from = this.count;
    this.add(finding);
    if (ELEMENT_NAME.test(name)) this.within(from, name);
  }

  /** The issues from `from` on were found below this step. */
  within(from: number, step: string | number): void {
    for (let i = from; i < this.#drafts.length; i++) this.#drafts[i]?.steps.push(step);
  }

  issues(root: string): Issue[] {
    return this.#drafts.map(({ finding, steps }) => ({
      severity: 'error',
      ...finding,
      expression: steps.reduceRight<string>(
        (text, step) => text + (typeof step === 'number' ? `[${step}]` : `.${step}`),
        root,
      ),
    }));
  }
}
