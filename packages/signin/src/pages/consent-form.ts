import type { PickerPatient } from '../authorization/ports.ts';
import { resourceScopeOf } from '../smart/requested-scopes.ts';
import { escaped, page } from './page.ts';

export interface PickerForm {
  readonly action: string;
  readonly client: string;
  readonly text: string;
  readonly patients: readonly PickerPatient[];
}

/** Whose record the app is opened with. */
export const pickerForm = ({ action, client, text, patients }: PickerForm): string =>
  page(
    'Choose a patient',
    `<p class="quiet">${escaped(client)} opens with one record.</p>
<form method="get" action="${escaped(action)}" role="search">
<label for="find">Name</label>
<input type="search" id="find" name="find" value="${escaped(text)}" autocomplete="off">
<div class="buttons"><button type="submit" class="second">Find</button></div>
</form>
<h2 id="found">${patients.length === 0 ? 'Nobody found' : 'Patients'}</h2>
<form method="post" action="${escaped(action)}">
<input type="hidden" name="step" value="patient">
<ul class="choices" aria-labelledby="found">
${patients.map(choice).join('\n')}
</ul>
</form>`,
  );

const choice = ({ id, name, birthDate }: PickerPatient): string =>
  `<li><button type="submit" name="patient" value="${escaped(id)}">${escaped(name)}${
    birthDate === undefined ? '' : `, born ${escaped(birthDate)}`
  }</button></li>`;

export interface ConsentForm {
  readonly action: string;
  readonly client: string;
  readonly user: string;
  readonly patient: string | undefined;
  readonly purposes: readonly string[];
  readonly scopes: readonly string[];
}

/** What the app may do; each scope can be left out. */
export const consentForm = (form: ConsentForm): string =>
  page(
    `Allow ${form.client}?`,
    `<p>You are signed in as ${escaped(form.user)}.${
      form.patient === undefined
        ? ''
        : ` The app opens with the record <code>${escaped(form.patient)}</code>.`
    }</p>
<p class="quiet">Purpose of use: ${escaped(form.purposes.join(', '))}. The app never sees more than you may.</p>
<form method="post" action="${escaped(form.action)}">
<input type="hidden" name="step" value="consent">
${form.patient === undefined ? '' : `<input type="hidden" name="patient" value="${escaped(form.patient)}">`}
<h2 id="asks">It asks to</h2>
<ul class="choices" aria-labelledby="asks">
${form.scopes.map(scopeChoice).join('\n')}
</ul>
<div class="buttons">
<button type="submit" name="answer" value="allow">Allow</button>
<button type="submit" name="answer" value="deny" class="second">Deny</button>
</div>
</form>`,
  );

const scopeChoice = (scope: string, i: number): string =>
  `<li><label for="scope-${i}"><input type="checkbox" id="scope-${i}" name="scope" value="${escaped(scope)}" checked>
<span>${escaped(inWords(scope))} <code class="quiet">${escaped(scope)}</code></span></label></li>`;

const PLAIN_WORDS: Readonly<Record<string, string>> = {
  openid: 'know who signs in',
  fhirUser: 'know your entry in the directory',
  profile: 'know your name',
  offline_access: 'go on while you are away',
  online_access: 'go on while you are signed in',
  launch: 'know what it was opened for',
  'launch/patient': 'know whose record it is opened with',
  'launch/encounter': 'know which visit it is opened with',
  platform: 'use the interfaces of this server beside the records',
};

const DEEDS: Readonly<Record<string, string>> = {
  c: 'create',
  r: 'read',
  u: 'change',
  d: 'delete',
  s: 'search',
};

/** A scope as a person reads it. */
export function inWords(word: string): string {
  const scope = resourceScopeOf(word);
  if (scope === undefined) return PLAIN_WORDS[word] ?? word;
  const deeds = scope.permissions
    .split('')
    .map((each) => DEEDS[each] ?? each)
    .join(', ');
  const type = scope.type === '*' ? 'records of every kind' : scope.type;
  const filters = scope.filters.map(
    ({ parameter, codings }) => `${parameter} ${codings.join(' or ')}`,
  );
  const whose = scope.context === 'patient' ? ' of this patient' : '';
  return `${deeds} ${type}${whose}${filters.length === 0 ? '' : ` (only ${filters.join(', ')})`}`;
}
