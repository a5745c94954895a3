import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { STARTER_RULEBOOK } from '@holdfast/consent';
import { type RunningServer, type ServerConfig, startServer } from '../index.ts';
import { INFERENCE_PROGRAM } from './inference-program.ts';

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly body: { readonly [element: string]: unknown };
}

export interface Serving {
  readonly server: RunningServer;
  readonly dataDirectory: string;
  tokenOf(persona: string): Promise<string>;
  /** A request as one of the demo personas. */
  call(persona: string, path: string, init?: RequestInit): Promise<Answer>;
  /** A FHIR request as one of the demo personas. */
  fhir(persona: string, path: string, init?: RequestInit): Promise<Answer>;
  stop(): Promise<void>;
}

/**
 * A whole server on an embedded database of its own. Without the demo population, whose patients
 * have care teams, staff need no relationship with a patient.
 */
export async function serving(
  options: Partial<
    Pick<
      ServerConfig,
      | 'demo'
      | 'embeddedSettings'
      | 'metricsToken'
      | 'organisation'
      | 'requestMs'
      | 'subscriptions'
      | 'validation'
      | 'witnesses'
    >
  > & {
    /** Kept by whoever gives it; else one is made and removed. */ dataDirectory?: string;
  } = {},
): Promise<Serving> {
  const dataDirectory = options.dataDirectory ?? mkdtempSync(join(tmpdir(), 'holdfast-serving-'));
  const server = await startServer({
    host: '127.0.0.1',
    port: 0,
    dataDirectory,
    databaseUrl: undefined,
    environment: 'test',
    demo: options.demo ?? false,
    ...(options.validation !== undefined && { validation: options.validation }),
    witnesses: options.witnesses,
    organisation: options.organisation,
    subscriptions: options.subscriptions,
    metricsToken: options.metricsToken,
    requestMs: options.requestMs,
    publicUrl: undefined,
    logLevel: 'silent',
    embeddedSettings: { fsync: 'off', ...options.embeddedSettings },
    inferenceProgram: INFERENCE_PROGRAM,
    onProgress: () => undefined,
  });
  const tokens = new Map<string, Promise<string>>();
  const tokenOf = (persona: string): Promise<string> => {
    let token = tokens.get(persona);
    if (token === undefined) {
      token = signIn(server.url, persona);
      tokens.set(persona, token);
    }
    return token;
  };
  if (options.demo !== true) await openPractice(server.url, await tokenOf('compliance-officer'));
  const call: Serving['call'] = async (persona, path, init = {}) => {
    const headers = {
      authorization: `Bearer ${await tokenOf(persona)}`,
      ...(init.body === undefined ? {} : { 'content-type': 'application/fhir+json' }),
      ...(init.headers as Record<string, string> | undefined),
    };
    const response = await fetch(`${server.url}${path}`, { ...init, headers });
    const text = await response.text();
    const json = /[/+]json/.test(response.headers.get('content-type') ?? '');
    const body = json && text !== '' ? (JSON.parse(text) as Answer['body']) : {};
    return { status: response.status, headers: response.headers, text, body };
  };
  return {
    server,
    dataDirectory,
    tokenOf,
    call,
    fhir: (persona, path, init) => call(persona, `/fhir/R4${path}`, init),
    stop: async () => {
      await server.stop();
      if (options.dataDirectory !== undefined) return;
      rmSync(dataDirectory, { recursive: true, force: true });
    },
  };
}

async function signIn(url: string, persona: string): Promise<string> {
  const response = await fetch(`${url}/development/token`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ persona }),
  });
  return ((await response.json()) as { access_token: string }).access_token;
}

/** For tests of the interface, whose patients nobody treats. */
async function openPractice(url: string, token: string): Promise<void> {
  const post = async (path: string, body: object): Promise<{ version: number }> => {
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
    const response = await fetch(`${url}${path}`, {
      method: 'POST',
      headers,
      body: JSON.stringify(body),
    });
    if (!response.ok) throw new Error(`${path}: ${await response.text()}`);
    return (await response.json()) as { version: number };
  };
  const { domain, policy } = STARTER_RULEBOOK;
  const rules = policy.rules.map(({ relationship, ...rule }) =>
    relationship?.includes('care-team') === true || relationship === undefined
      ? rule
      : { ...rule, relationship },
  );
  const { version } = await post('/consent/policies', { title: 'Open practice', domain, rules });
  await post('/consent/policies/active', { version, reason: 'tests' });
}
