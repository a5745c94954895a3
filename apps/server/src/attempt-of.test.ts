import { describe, expect, it } from 'vitest';
import { blankAttempt, describeRequest } from './attempt-of.ts';

const described = (method: string, url: string) => {
  const attempt = blankAttempt();
  describeRequest(attempt, method, url);
  const { component, operation, subject, dependency } = attempt;
  return [component, operation, subject, dependency].join(' ');
};

describe('a request as an attempt', () => {
  it.each([
    ['GET', '/fhir/R4/Patient/ada', 'records read Patient postgres'],
    ['GET', '/fhir/R4/Observation?patient=ada', 'records search Observation postgres'],
    ['POST', '/fhir/R4/Observation/_search', 'records search Observation postgres'],
    ['POST', '/fhir/R4/Observation', 'records create Observation postgres'],
    ['PUT', '/fhir/R4/Patient/ada', 'records update Patient postgres'],
    ['POST', '/fhir/R4', 'records bundle  postgres'],
    ['GET', '/fhir/R4/Patient/ada/$everything', 'records operation Patient postgres'],
    ['GET', '/fhir/R4/Patient/ada/_history/2', 'records history Patient postgres'],
    ['GET', '/fhir/R4/metadata', 'records search  '],
    ['POST', '/consent/policies', 'consent write  postgres'],
    ['GET', '/operations/incidents/x?at=y', 'operations read  postgres'],
    ['GET', '/health/ready', 'health read  '],
    ['GET', '/', 'pages read  '],
  ])('%s %s is %s', (method, url, words) => {
    expect(described(method, url)).toBe(words);
  });

  it('takes nothing over from the address that is no name of a type', () => {
    for (const url of ['/fhir/R4/ada-lovelace/1', '/ada-lovelace', '/fhir/R4?name=ada-lovelace']) {
      expect(described('GET', url)).not.toContain('ada');
    }
  });
});
