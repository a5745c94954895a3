import type { FastifyInstance } from 'fastify';
import { registerFhirAsyncRoutes } from './fhir-async-routes.ts';
import { registerFhirBundleRoutes } from './fhir-bundle-routes.ts';
import { registerFhirEverythingRoutes } from './fhir-everything-routes.ts';
import { registerFhirExportRoutes } from './fhir-export-routes.ts';
import { registerFhirHistoryRoutes } from './fhir-history-routes.ts';
import { registerFhirMatchRoutes } from './fhir-match-routes.ts';
import { registerFhirMetaRoutes } from './fhir-meta-routes.ts';
import { registerFhirPixRoutes } from './fhir-pix-routes.ts';
import { registerFhirRoutes } from './fhir-routes.ts';
import type { FhirRoutesOptions } from './fhir-routes-options.ts';
import { registerFhirSearchRoutes } from './fhir-search-routes.ts';
import { registerFhirValidateRoutes } from './fhir-validate-routes.ts';
import { registerFhirWriteRoutes } from './fhir-write-routes.ts';

/** All routes of the FHIR interface; each file says what it answers. */
export function registerFhirInterface(app: FastifyInstance, options: FhirRoutesOptions): void {
  registerFhirRoutes(app, options);
  registerFhirSearchRoutes(app, options);
  registerFhirWriteRoutes(app, options);
  registerFhirHistoryRoutes(app, options);
  registerFhirBundleRoutes(app, options);
  registerFhirValidateRoutes(app, options);
  registerFhirEverythingRoutes(app, options);
  registerFhirMatchRoutes(app, options);
  registerFhirPixRoutes(app, options);
  registerFhirMetaRoutes(app, options);
  registerFhirExportRoutes(app, options);
  registerFhirAsyncRoutes(app, options);
}
