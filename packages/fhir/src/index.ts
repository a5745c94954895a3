export { type PlanOptions, planTransaction } from './bundle/plan-transaction.ts';
export { type SearchEntry, type Searchset, searchsetBundle } from './bundle/searchset.ts';
export type {
  ConditionalReference,
  PlannedEntry,
  TransactionPlan,
} from './bundle/transaction-plan.ts';
export { type EntryResult, transactionResponse } from './bundle/transaction-response.ts';
export {
  type CapabilityOptions,
  capabilityStatement,
  type Interaction,
} from './capability-statement.ts';
export {
  type CompartmentPatients,
  compartmentParameters,
  compartmentPatients,
} from './compartment.ts';
export { definitions } from './definitions.ts';
export { elementPlace } from './element-place.ts';
export { FHIR_FAULTS } from './errors.ts';
export { type HistoryParameters, parseHistory } from './history-parameters.ts';
export type { Issue, IssueCode } from './issue.ts';
export { isJsonObject, type JsonObject, type JsonValue } from './json.ts';
export {
  countNumbers,
  editAsWritten,
  stringifyAsWritten,
  type WrittenNumbers,
  writtenNumbers,
} from './json-numbers.ts';
export * as fhirLimits from './limits.ts';
export { mainDate, mainDateParameter } from './main-date.ts';
export { operationOutcome } from './operation-outcome.ts';
export { type EverythingAddress, readEverything } from './operations/everything.ts';
export {
  type ExportAsked,
  type ExportLevel,
  exportedElements,
  readExport,
} from './operations/export.ts';
export {
  type MetaLabels,
  metaAnswer,
  readMetaLabels,
  withLabels,
  withoutLabels,
} from './operations/meta.ts';
export { type BodyOptions, parseResourceBody } from './parse-resource-body.ts';
export { applyFhirPathPatch } from './patch/fhirpath-patch.ts';
export { applyJsonPatch } from './patch/json-patch.ts';
export { elementsSearched, hideableElements, redactText } from './redaction.ts';
export { parseReference, type ReferenceTarget } from './reference.ts';
export {
  type FoundReference,
  type LocalReference,
  localReferences,
  referenceTexts,
  rewriteReferences,
  withRelativeReferences,
} from './references.ts';
export { isResource, isResourceId, type Resource } from './resource.ts';
export {
  isResourceType,
  type ResourceType,
  resourceTypes,
  typeCode,
  typeOfCode,
} from './resource-types.ts';
export type {
  CompositePartValue,
  CompositeValue,
  DateValue,
  NearValue,
  NumberValue,
  Prefix,
  QuantityValue,
  ReferenceValue,
  StringValue,
  TokenValue,
} from './search/criterion-values.ts';
export { type DateRange, dateRange } from './search/date-range.ts';
export {
  expandTerminology,
  type Terminology,
} from './search/expand-terminology.ts';
export { extractIndexEntries } from './search/extract-index-entries.ts';
export { foldText } from './search/fold-text.ts';
export type {
  CompositeEntry,
  CompositePart,
  DateEntry,
  IndexEntries,
  NumberEntry,
  PositionEntry,
  QuantityEntry,
  ReferenceEntry,
  StringEntry,
  TokenEntry,
  UriEntry,
} from './search/index-entries.ts';
export { parseSearch, type SearchOptions, searchForm } from './search/parse-search.ts';
export type {
  ChainTarget,
  CompartmentType,
  Criterion,
  RowsOf,
} from './search/search-criterion.ts';
export type {
  SearchKind,
  SearchParameter,
  UnsupportedParameter,
} from './search/search-parameter.ts';
export {
  indexedParametersOf,
  searchParametersOf,
  unsupportedParametersOf,
} from './search/search-parameters.ts';
export { problemIssue } from './search/search-problems.ts';
export type { Include, SearchProblem, SearchQuery, SortKey } from './search/search-query.ts';
export type { SearchScope } from './search/search-scope.ts';
export { subsetResource } from './subset-resource.ts';
export { type CodeHierarchy, codeHierarchy } from './terminology/code-hierarchy.ts';
export {
  expandValueSet,
  type SystemCode,
  type TerminologySource,
} from './terminology/expand-value-set.ts';
export { shippedSource } from './terminology/shipped-terminology.ts';
export { type StoredDefinitions, storedTerminology } from './terminology/stored-terminology.ts';
export {
  readValidate,
  type ValidateAddress,
  type ValidationAsked,
  validateAsked,
} from './validation/validate-operation.ts';
export { validateResource } from './validation/validate-resource.ts';
export {
  ENFORCE_ALL,
  judgeResource,
  parseValidationPolicy,
  type ValidationMode,
  type ValidationPolicy,
  type Verdict,
} from './validation/validation-policy.ts';
