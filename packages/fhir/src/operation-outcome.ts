import type { Issue } from './issue.ts';
import type { Resource } from './resource.ts';

/**
 * An OperationOutcome. The mend follows the diagnostics, so that plain FHIR clients show it too.
 * Without issues it says that all went well, as FHIR asks for at least one issue.
 */
export function operationOutcome(issues: readonly Issue[]): Resource {
  return {
    resourceType: 'OperationOutcome',
    issue: (issues.length === 0 ? [ALL_OK] : issues).map((issue) => ({
      severity: issue.severity,
      code: issue.code,
      diagnostics:
        issue.mend === undefined ? issue.diagnostics : `${issue.diagnostics}. ${issue.mend}`,
      ...(issue.expression !== undefined && { expression: [issue.expression] }),
    })),
  };
}

const ALL_OK: Issue = { severity: 'information', code: 'informational', diagnostics: 'All OK' };
