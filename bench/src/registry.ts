import { indexLayoutBench } from '../prototype-index-layout/main.ts';
import type { Bench } from './bench.ts';
import { causeBench } from './cause.ts';
import { classesBench } from './classes.ts';
import { consentSearchBench } from './consent-search.ts';
import { decideBench } from './decide.ts';
import { eventsBench } from './events.ts';
import { fhirBench } from './fhir.ts';
import { identityBench } from './identity.ts';
import { inferenceBench } from './inference.ts';
import { ledgerBench } from './ledger.ts';
import { overloadBench } from './overload.ts';
import { populateBench } from './populate.ts';
import { readBench } from './read.ts';
import { subscriptionsBench } from './subscriptions.ts';
import { validateBench } from './validate.ts';
import { writeBench } from './write.ts';

export const benches: readonly Bench[] = [
  writeBench,
  readBench,
  fhirBench,
  decideBench,
  classesBench,
  consentSearchBench,
  eventsBench,
  subscriptionsBench,
  populateBench,
  overloadBench,
  ledgerBench,
  inferenceBench,
  identityBench,
  causeBench,
  indexLayoutBench,
  validateBench,
];
