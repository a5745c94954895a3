import { Command } from 'commander';
import { EXIT, exitWith } from './exit.ts';
import { refuseUnknownSettings } from './settings/refuse-unknown-settings.ts';
import { VERSION } from './version.ts';

const program = new Command('holdfast')
  .exitOverride()
  .version(VERSION)
  .description('The digital-health platform core: serve, import, verify.')
  .showHelpAfterError('Run it with --help to see what there is.')
  .showSuggestionAfterError()
  .addHelpText(
    'after',
    `
Examples:
  holdfast serve                             start everything on an embedded PostgreSQL
  holdfast import examples/*-bundle.json     load FHIR transaction Bundles
  holdfast populate --patients 1000 --out d  write a synthetic population to files
  holdfast ledger verify                     check the audit log from its first record on
  holdfast consent explain ada-demo Patient --actor Practitioner/p-okafor
                                             may he see it, and what decides
  holdfast token clinician                   a development token for a demo persona

Exit codes: 0 done, 1 failure, 2 usage, 6 done with findings, 75 try again later.`,
  );

program.hook('preAction', () => refuseUnknownSettings(process.env));
/** In the order of the help. Each loads what it works with: a command must not pay for the others. */
const COMMANDS: Readonly<Record<string, () => Promise<(to: Command) => void>>> = {
  serve: async () => (await import('./commands/serve.ts')).registerServe,
  import: async () => (await import('./commands/import.ts')).registerImport,
  populate: async () => (await import('./commands/populate.ts')).registerPopulate,
  ledger: async () => (await import('./commands/ledger.ts')).registerLedger,
  compliance: async () => (await import('./commands/compliance.ts')).registerCompliance,
  events: async () => (await import('./commands/events.ts')).registerEvents,
  consent: async () => (await import('./commands/consent.ts')).registerConsent,
  labels: async () => (await import('./commands/labels.ts')).registerLabels,
  identity: async () => (await import('./commands/identity.ts')).registerIdentity,
  models: async () => (await import('./commands/models.ts')).registerModels,
  token: async () => (await import('./commands/token.ts')).registerToken,
  users: async () => (await import('./commands/users.ts')).registerUsers,
  clients: async () => (await import('./commands/clients.ts')).registerClients,
  openapi: async () => (await import('./commands/openapi.ts')).registerOpenApi,
  data: async () => (await import('./commands/data.ts')).registerData,
  doctor: async () => (await import('./commands/doctor.ts')).registerDoctor,
  drill: async () => (await import('./commands/drill.ts')).registerDrill,
  witness: async () => (await import('./commands/witness.ts')).registerWitness,
};

const asked = Object.entries(COMMANDS).filter(([name]) => name === process.argv[2]);
// The help names all of them, and a name that is none may be near one.
const entries = asked.length > 0 ? asked : Object.entries(COMMANDS);
for (const [, load] of entries) (await load())(program);

// Whoever reads the output may have seen enough: `holdfast openapi | head`.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit(EXIT.ok);
});

try {
  await program.parseAsync();
} catch (error) {
  exitWith(error);
}
