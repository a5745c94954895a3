import { Command } from 'commander';
import { registerClients } from './commands/clients.ts';
import { registerCompliance } from './commands/compliance.ts';
import { registerConsent } from './commands/consent.ts';
import { registerData } from './commands/data.ts';
import { registerDoctor } from './commands/doctor.ts';
import { registerDrill } from './commands/drill.ts';
import { registerEvents } from './commands/events.ts';
import { registerIdentity } from './commands/identity.ts';
import { registerImport } from './commands/import.ts';
import { registerLabels } from './commands/labels.ts';
import { registerLedger } from './commands/ledger.ts';
import { registerModels } from './commands/models.ts';
import { registerOpenApi } from './commands/openapi.ts';
import { registerPopulate } from './commands/populate.ts';
import { registerServe } from './commands/serve.ts';
import { registerToken } from './commands/token.ts';
import { registerUsers } from './commands/users.ts';
import { registerWitness } from './commands/witness.ts';
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
registerServe(program);
registerImport(program);
registerPopulate(program);
registerLedger(program);
registerCompliance(program);
registerEvents(program);
registerConsent(program);
registerLabels(program);
registerIdentity(program);
registerModels(program);
registerToken(program);
registerUsers(program);
registerClients(program);
registerOpenApi(program);
registerData(program);
registerDoctor(program);
registerDrill(program);
registerWitness(program);

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
