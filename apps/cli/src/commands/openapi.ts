import { openApiDocument } from '@holdfast/api-contract';
import type { Command } from 'commander';
import { VERSION } from '../version.ts';

export function registerOpenApi(program: Command): void {
  program
    .command('openapi')
    .description('Print the OpenAPI document of everything over HTTP that is not FHIR')
    .action(() => {
      process.stdout.write(`${JSON.stringify(openApiDocument(VERSION), null, 2)}\n`);
    });
}
