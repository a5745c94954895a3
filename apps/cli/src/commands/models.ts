import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import {
  type AvailableModel,
  addVersion,
  checkArtifact,
  type EvaluationRow,
  evaluateModel,
  type GateReport,
  listVersions,
  loadOrCreateModelKey,
  type ModelArtifact,
  type ModelReference,
  type ModelRoute,
  modelFiles,
  promote,
  type RouteRefusal,
  readEvaluationRow,
  readModelFolder,
  readModels,
  readRoutes,
  readVersionArtifact,
  recordEvaluation,
  rollBack,
  signModel,
  type VersionFigures,
  versionFigures,
} from '@holdfast/inference';
import { systemClock, type TenantId } from '@holdfast/kernel';
import { inTransaction } from '@holdfast/postgres';
import { type Command, InvalidArgumentError } from 'commander';
import { asOwner, type DataOption, type OwnerPool } from '../database-address.ts';
import { CommandFailure, EXIT } from '../exit.ts';
import { jsonLine } from '../json-line.ts';

interface Options extends DataOption {
  readonly json: boolean;
}

const FIRST_TENANT = 1 as TenantId;

export function registerModels(program: Command): void {
  const models = program
    .command('models')
    .description('Versions of trained models: which answers, what the gates say, and back again');
  const command = (name: string, description: string): Command =>
    models
      .command(name)
      .description(description)
      .option(
        '--data <directory>',
        'keys and the embedded database',
        process.env['HOLDFAST_DATA'] ?? '.holdfast',
      )
      .option('--json', 'print one JSON value a line', false);

  command('ls', 'Every version, its verdict, and which one answers').action(list);
  command('add <folder>', 'Check a version, sign it and keep it; it answers nobody yet').action(
    add,
  );
  command(
    'evaluate <version>',
    'Run the gates over rows with known outcomes, beside what answers now',
  )
    .requiredOption('--rows <file>', 'one JSON object a line: vector, label, baseline, groups')
    .action(evaluate);
  command(
    'card <version>',
    'What a version is for, and how it does here: 31 source attributes',
  ).action(card);
  command('promote <version>', 'One stage further: on trial for some patients, at last for all')
    .requiredOption('--reason <text>', 'for whoever asks later')
    .action(promoteOne);
  command('rollback <model>', 'End the trial, or back to the version before; at once')
    .requiredOption('--reason <text>', 'for whoever asks later')
    .action(rollBackOne);
}

const nameOf = ({ id, version }: ModelReference): string => `${id}@${version}`;

/** @throws InvalidArgumentError for what is no `id@version` */
function versionOf(text: string): ModelReference {
  const [id, version, more] = text.split('@');
  if (!id || !version || more !== undefined) {
    throw new InvalidArgumentError(
      `${text} is no version. It takes a model and its version: deterioration-24h@2.`,
    );
  }
  return { id, version };
}

const shippedOf = (id: string): AvailableModel | undefined =>
  readModels().models.find(({ model }) => model.id === id);

/** What answers where no route stands yet. A model that does not come along begins with its own. */
const shippedVersion = (id: string): string => shippedOf(id)?.model.version ?? 'none';

async function list(options: Options): Promise<void> {
  await asOwner(options, async (pool) => {
    const [kept, routes] = [
      await listVersions(pool, FIRST_TENANT),
      await readRoutes(pool, FIRST_TENANT),
    ];
    const rows = [
      ...readModels().models.map(({ model, artifact }) => ({
        ...{
          model,
          sha256: artifact.sha256,
          verdict: 'comes along',
          statement: artifact.manifest.statement,
        },
      })),
      ...kept.map(({ model, sha256, verdict }) => ({
        ...{ model, sha256, verdict: verdict ?? 'not evaluated', statement: null },
      })),
    ].map((row) => ({ ...row, role: roleOf(row.model, routes.get(row.model.id)) }));
    for (const row of rows) {
      if (options.json) process.stdout.write(jsonLine(row));
      else {
        console.log(
          `${nameOf(row.model)}: ${row.role}; ${row.verdict}; ${row.sha256.slice(0, 16)}`,
        );
        if (row.statement !== null) console.log(`  ${row.statement}`);
      }
    }
  });
}

function roleOf({ id, version }: ModelReference, route: ModelRoute | undefined): string {
  if (route === undefined) return shippedVersion(id) === version ? 'answers' : 'kept';
  const { champion, previous, canary } = route;
  if (champion === version) return 'answers';
  if (canary?.version === version) {
    return `on trial for ${Math.round(canary.share * 100)} % of patients, tier ${canary.tier} and below`;
  }
  return previous === version ? 'to go back to' : 'kept';
}

async function add(folder: string, options: Options): Promise<void> {
  const artifact = readModelFolder(resolve(folder));
  const checked = artifact.ok ? checkArtifact(artifact.value) : artifact;
  if (!artifact.ok || !checked.ok) {
    throw new CommandFailure(
      `${folder} is no model that can run here: ${checked.ok ? '' : checked.error}.`,
      'Name the folder of one version: manifest.json and the files that it names.',
    );
  }
  const { manifest, sha256 } = artifact.value;
  const model = { id: manifest.id, version: manifest.version };
  if (shippedOf(model.id)?.model.version === model.version) {
    throw new CommandFailure(`${nameOf(model)} comes along already.`, 'Give it another version.');
  }
  await asOwner(options, async (pool) => {
    const key = loadOrCreateModelKey(join(resolve(options.data), 'keys'));
    if (!key.ok) throw new CommandFailure(key.error, 'Mend the file in the keys directory.');
    const added = await inTransaction(pool, (tx) =>
      addVersion(tx, FIRST_TENANT, {
        ...{ model, capability: manifest.capability, sha256 },
        signature: signModel(key.value, model, sha256),
        files: modelFiles(resolve(folder), manifest),
      }),
    );
    if (added === 'kept') {
      throw new CommandFailure(`${nameOf(model)} is here already.`, 'Give it another version.');
    }
    say(options, { added: nameOf(model), sha256 }, `${nameOf(model)} is kept, ${sha256}.`);
  });
}

async function artifactOf(pool: OwnerPool, model: ModelReference): Promise<ModelArtifact> {
  const shipped = shippedOf(model.id);
  if (shipped?.model.version === model.version) return shipped.artifact;
  const kept = await readVersionArtifact(pool, FIRST_TENANT, model);
  if (kept.ok) return kept.value;
  throw new CommandFailure(
    `${nameOf(model)}: ${kept.error}.`,
    'See what there is: holdfast models ls.',
  );
}

async function evaluate(text: string, options: Options & { readonly rows: string }): Promise<void> {
  const model = versionOf(text);
  await asOwner(options, async (pool) => {
    const candidate = await artifactOf(pool, model);
    const route = (await readRoutes(pool, FIRST_TENANT)).get(model.id);
    const answers = route?.champion ?? shippedVersion(model.id);
    const champion =
      answers === 'none' || answers === model.version
        ? null
        : await artifactOf(pool, { id: model.id, version: answers });
    const rows = rowsIn(options.rows, candidate.weights.features.length);
    const report = await evaluateModel({ candidate, champion, rows, clock: systemClock });
    if (!report.ok) {
      throw new CommandFailure(
        `${nameOf(model)} can’t be run: ${report.error}.`,
        'The gates need ONNX Runtime: install with optional dependencies.',
      );
    }
    if (shippedOf(model.id)?.model.version !== model.version) {
      await recordEvaluation(pool, FIRST_TENANT, { model, report: report.value });
    }
    show(options, report.value);
    if (report.value.verdict !== 'pass') process.exitCode = EXIT.findings;
  });
}

function rowsIn(file: string, width: number): EvaluationRow[] {
  const lines = readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '');
  return lines.map((line, i) => {
    const row = readEvaluationRow(line, width);
    if (row.ok) return row.value;
    throw new CommandFailure(`${file}, line ${i + 1}: ${row.error}.`, 'Mend the line.');
  });
}

function show(options: Options, report: GateReport): void {
  if (options.json) {
    process.stdout.write(jsonLine(report));
    return;
  }
  for (const { verdict, gate, text, samples, needed } of report.findings) {
    const few = verdict === 'inconclusive' ? ` (${samples} of ${needed} needed)` : '';
    console.log(`${verdict.padEnd(12)} ${gate}: ${text}${few}`);
  }
  console.log(`Verdict: ${report.verdict}.`);
}

interface Attribute {
  readonly number: number;
  readonly group: string;
  readonly name: string;
  readonly value: string | null;
}

/** Of 45 CFR 170.315(b)(11)(iv)(B): validity in local data, which only a running installation knows. */
const LOCAL_VALIDITY = 27;

async function card(text: string, options: Options): Promise<void> {
  const model = versionOf(text);
  await asOwner(options, async (pool) => {
    const { manifest, card: kept, sha256 } = await artifactOf(pool, model);
    const figures = await versionFigures(pool, FIRST_TENANT, model);
    const { sourceAttributes = [] } = kept as { readonly sourceAttributes?: readonly Attribute[] };
    const attributes = sourceAttributes.map((each) =>
      each.number === LOCAL_VALIDITY ? { ...each, value: localValidity(figures) } : each,
    );
    if (options.json) {
      process.stdout.write(
        jsonLine({ model, sha256, statement: manifest.statement, attributes, figures }),
      );
      return;
    }
    console.log(
      `${nameOf(model)}, ${sha256}\n${manifest.statement} IMDRF category ${manifest.imdrf}.`,
    );
    let group = '';
    for (const each of attributes) {
      if (each.group !== group) console.log(`\n${each.group}`);
      group = each.group;
      console.log(`  ${String(each.number).padStart(2)}  ${each.name}: ${each.value ?? 'MISSING'}`);
    }
  });
}

function localValidity(figures: VersionFigures): string | null {
  const { answers, degraded, patients, accepted, overridden, lastAt } = figures;
  if (lastAt === null) return null;
  return [
    `${answers} answers about ${patients} patients up to ${lastAt.toISOString()}, ${degraded} of them by a lower rung`,
    `${accepted} cards accepted and ${overridden} overridden`,
    'outcomes of these patients are not known here, so discrimination is not measured.',
  ].join('; ');
}

const REFUSALS: Readonly<Record<RouteRefusal, readonly [what: string, mend: string]>> = {
  'version-unknown': ['is not kept here', 'Add it first: holdfast models add.'],
  'answers-already': ['answers already', 'There is nothing to do.'],
  'not-evaluated': ['was never evaluated', 'Let the gates see it: holdfast models evaluate.'],
  'gates-failed': ['failed a gate', 'Add a version that is mended. No option passes over a gate.'],
  'gates-inconclusive': [
    'was seen too little for the gates to tell',
    'Evaluate it with more rows: holdfast models evaluate.',
  ],
  'other-on-trial': [
    'has to wait: another version is on trial',
    'End that trial first: holdfast models rollback.',
  ],
  'nothing-before': ['has no version to go back to', 'There is nothing to do.'],
};

async function promoteOne(
  text: string,
  options: Options & { readonly reason: string },
): Promise<void> {
  const model = versionOf(text);
  const shipped = shippedVersion(model.id);
  await asOwner(options, async (pool) => {
    const { reason } = options;
    const done = await inTransaction(pool, (tx) =>
      promote(tx, FIRST_TENANT, { model, reason, shipped }),
    );
    if (done.kind === 'refused') throw refusalOf(nameOf(model), done.why);
    say(options, done, `${nameOf(model)}: ${roleOf(model, done.route)}.`);
  });
}

async function rollBackOne(
  model: string,
  options: Options & { readonly reason: string },
): Promise<void> {
  const shipped = shippedVersion(model);
  await asOwner(options, async (pool) => {
    const { reason } = options;
    const done = await inTransaction(pool, (tx) =>
      rollBack(tx, FIRST_TENANT, { model, reason, shipped }),
    );
    if (done.kind === 'refused') throw refusalOf(model, done.why);
    say(options, done, `${model}@${done.route.champion} answers.`);
  });
}

function refusalOf(name: string, why: RouteRefusal): CommandFailure {
  const [what, mend] = REFUSALS[why];
  return new CommandFailure(`${name} ${what}.`, mend);
}

function say(options: Options, value: unknown, text: string): void {
  if (options.json) process.stdout.write(jsonLine(value));
  else console.log(text);
}
