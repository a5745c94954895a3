import type { RunningServer } from '@holdfast/server';

type Facts = Pick<RunningServer, 'url' | 'developmentSignIn' | 'openIdIssuer'>;

/** What a person reads when the server has started: where things are, how to get in, what to try. */
export function welcome(server: Facts, seconds: string): string {
  const { url, developmentSignIn } = server;
  const fhir = `${url}/fhir/R4`;
  const lines = [
    '',
    `Holdfast serves after ${seconds} s.`,
    '',
    `  Console    ${url}/console/`,
    `  FHIR base  ${fhir}`,
    `  Sign in    ${signInOf(server)}`,
  ];
  if (developmentSignIn) lines.push('', 'Try next:', '', ...tryNext(url, fhir));
  return `${lines.join('\n')}\n\n`;
}

function signInOf({ developmentSignIn, openIdIssuer }: Facts): string {
  const provider = openIdIssuer === undefined ? [] : [`with a token of ${openIdIssuer}`];
  const demo = developmentSignIn
    ? ['choose a demo persona in the console (no password; off in production)']
    : [];
  const builtIn = 'with a name and a password (holdfast users add)';
  return [...demo, ...provider, builtIn].join(', or ');
}

function tryNext(url: string, fhir: string): string[] {
  const at = url === 'http://127.0.0.1:8080' ? '' : ` --server ${url}`;
  const auth = '-H "Authorization: Bearer $HOLDFAST_TOKEN"';
  return [
    `  export HOLDFAST_TOKEN=$(npx holdfast token clinician${at})`,
    `  curl ${auth} "${fhir}/Patient?_count=3"`,
    `  curl ${auth} "${fhir}/RiskAssessment?patient=dmitri-demo&risk=high&_sort=-date&_count=1"`,
  ];
}
