/** A5. Consents come from forms; deeper nesting is a mistake or an attack on the evaluator. */
export const MAX_PROVISION_DEPTH = 8;

/** A5. Provisions of one consent, the root included. */
export const MAX_PROVISIONS = 512;

/** Values of one attribute of one provision: every one may become a residual slot. */
export const MAX_ATTRIBUTE_VALUES = 256;

/** Active consents of one patient, five times what the largest public store accepts. */
export const MAX_ACTIVE_CONSENTS = 1000;

/** Patients whose consent state a verification recomputes at a time: their consents are in memory. */
export const STATES_A_READ = 500;

/** Resources that say who is what to a patient, which a verification takes apart at a time. */
export const SOURCES_A_READ = 500;

/** Residual slots of one patient: they ride along with every row of the patient. */
export const MAX_RESIDUAL_SLOTS = 4096;

/**
 * Nodes of one compiled condition. Nesting can double a formula per level; beyond this the class
 * is opaque and its rows are hidden, in process and in SQL alike.
 */
export const MAX_CONDITION_SIZE = 4096;

/** Rules of one access policy: more than a person can review is no policy. */
export const MAX_POLICY_RULES = 1000;

/** Values of one list in a rule. */
export const MAX_POLICY_VALUES = 200;

/** Characters of a policy document as JSON. */
export const MAX_POLICY_CHARACTERS = 1_000_000;

/** Resource scopes of one token that are read. */
export const MAX_SCOPES = 100;

/** People and organisations that one resource may tie to patients: no care team is larger. */
export const MAX_TIES_OF_RESOURCE = 500;

/** Members that one group or team may have: beyond it, it says nothing about anyone any more. */
export const MAX_MEMBERS_OF_RESOURCE = 10_000;

/** Closures of actors kept in memory, about 1 kB each: who is not among them costs one statement. */
export const MAX_CLOSURES = 10_000;

/** How long emergency access may be asked for without being confirmed. */
export const GLASS_CONFIRM_MS = 5 * 60_000;

/** Emergency accesses in one answer. */
export const MAX_GLASS_LISTED = 500;

/** Classes of one tenant held in memory, about 1 kB each. Beyond it they are loaded by id. */
export const MAX_CLASSES_IN_MEMORY = 50_000;

/** Classes fetched by one statement of a refresh. */
export const CLASS_BATCH = 5000;

/** Compiled classes kept per context; the table starts afresh beyond it. */
export const MAX_COMPILED_CLASSES = 20_000;

/** Class ids that decisions met and did not know, awaiting the next refresh. */
export const MAX_WANTED_CLASSES = 1000;

/** Contexts (roles x purposes x action) of one tenant with memoised decisions; the oldest goes first. */
export const MAX_CONTEXTS = 256;

/** Combinations of type, confidentiality and sensitivity told apart in one context. */
export const MAX_LABEL_NUMBERS = 4096;

/** Decided cells (class by labels) kept per context, about 60 bytes each; then they start afresh. */
export const MAX_MEMO_CELLS = 65_536;

/** Times a batch of questions is asked again because consents changed meanwhile. */
export const MAX_DECISION_REFRESHES = 3;

/** How far ahead a SQL form looks for consents that start or end; after that it is built anew. */
export const SQL_HORIZON_MS = 3_600_000;

/** Clock difference between this process and the database that a SQL form still decides right. */
export const SQL_SKEW_MS = 300_000;

/** Rules of one document of label sets. */
export const MAX_LABEL_RULES = 2000;

/** Codes, or beginnings of codes, of one rule: the largest published value sets hold some thousands. */
export const MAX_LABEL_CODES = 20_000;

/** Beginnings of one code system: every coding of the system is compared with each. */
export const MAX_LABEL_BEGINNINGS = 500;

/** Characters of a document of label sets as JSON. */
export const MAX_LABEL_SET_CHARACTERS = 5_000_000;

/** Patients whose consents are to be projected again, named by one statement. */
export const PROJECTED_A_BATCH = 50;

/** Resources without a patient that are labelled again by one statement. */
export const RELABELLED_A_BATCH = 500;
