import type { Issue, IssueCode } from '../issue.ts';
import { MAX_ISSUES, MAX_JSON_DEPTH } from '../limits.ts';

const ELEMENT_NAME = /^[A-Za-z_][A-Za-z0-9_]{0,63}$/;

/** What a problem says beside its place. */
export interface Finding {
  readonly code: IssueCode;
  readonly diagnostics: string;
  readonly mend: string;
}

/**
 * Collects issues during one walk. The place is a stack, turned into text only when something is
 * wrong: a valid resource costs no strings.
 */
export class Report {
  readonly issues: Issue[] = [];
  readonly #root: string;
  readonly #steps: (string | number)[] = [];

  constructor(root: string) {
    this.#root = root;
  }

  enter(step: string | number): void {
    this.#steps.push(step);
  }

  leave(): void {
    this.#steps.pop();
  }

  /**
   * True while there is room for issues and the nesting is sane: the walk stops where this ends.
   */
  get open(): boolean {
    // A step into a list item is a second step of the same level.
    return this.issues.length < MAX_ISSUES && this.#steps.length <= 2 * MAX_JSON_DEPTH;
  }

  add(finding: Finding): void {
    if (this.issues.length >= MAX_ISSUES) return;
    this.issues.push({ severity: 'error', expression: this.#expression(), ...finding });
  }

  /** Adds an issue about a child; a name no FHIR element could have is not echoed. */
  addAt(name: string, finding: Finding): void {
    if (!ELEMENT_NAME.test(name)) return this.add(finding);
    this.enter(name);
    this.add(finding);
    this.leave();
  }

  #expression(): string {
    let text = this.#root;
    for (const step of this.#steps) text += typeof step === 'number' ? `[${step}]` : `.${step}`;
    return text;
  }
}
