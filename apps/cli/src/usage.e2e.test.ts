import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const PROGRAM = fileURLToPath(new URL('main.ts', import.meta.url));
const FLAGS = ['--conditions=@holdfast/source', '--import', 'tsx'];
const NOWHERE = join(tmpdir(), 'holdfast-mistyped-directory');

async function run(args: readonly string[], environment: Record<string, string> = {}) {
  const env = { PATH: process.env['PATH'], HOME: tmpdir(), ...environment };
  const child = spawn(process.execPath, [...FLAGS, PROGRAM, ...args], { env });
  let said = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (said += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text));
  const [code] = (await once(child, 'close')) as [number];
  return { code, said };
}

async function answering(status: number, body: unknown) {
  const server = createServer((_request, response) =>
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body)),
  ).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return { server, port, url: `http://127.0.0.1:${port}` };
}

describe.concurrent('the holdfast command', () => {
  it.each<[string[], Record<string, string>, string]>([
    [[], {}, 'Usage: holdfast'],
    [['import'], {}, "missing required argument 'files'"],
    [['serve', '--port', 'abc'], {}, 'a whole number from 0 to 65535'],
    [['serve'], { PORT: '99999' }, 'a whole number from 0 to 65535'],
    [['serve'], { NODE_ENV: 'Production' }, "NODE_ENV does not take 'Production'"],
    [['serve', '--port', '0'], { HOLDFAST_REFERENCES: 'no' }, 'It takes enforced, off.'],
    [['serve', '--port', '0'], { HOLDFAST_UPDATE_CREATES: 'false' }, 'It takes on, off.'],
    [['serve', '--port', '0'], { HOLDFAST_PUBLIC_URL: 'records.example' }, 'It takes an address'],
    [
      ['serve', '--port', '0'],
      { HOLDFAST_REGULATED_AS: 'hospital' },
      "'hospital' is not one of covered-entity",
    ],
    [['serve', '--port', '0'], { HOLDFAST_TIME_ZONE: 'Mars' }, "'Mars' is not a time zone"],
    [['serve'], { HOLDFAST_LOG: 'verbose' }, 'Allowed choices are trace'],
    [['serve', '--port', '0'], { HOLDFAST_VALIDATON: 'warn' }, 'nearest is HOLDFAST_VALIDATION;'],
    [['openapi'], { HOLDFAST_TOKN: 'x' }, 'There is no setting HOLDFAST_TOKN.'],
    [['serve', '--port', '0'], { DATABASE_URL: 'mysql://u:secret@x/y' }, 'It takes a PostgreSQL'],
    [['events', 'groups'], { DATABASE_URL: 'localhost' }, 'DATABASE_URL is no address.'],
    [['import', 'x.json', '--parallel', 'abc'], {}, 'a whole number from 1 to 64'],
    [['import', '*.json.gz'], {}, 'No file matches *.json.gz.'],
  ])('ends with 2 and says what is wrong: %j %j', async (args, environment, words) => {
    const { code, said } = await run(args, environment);
    expect(said).toContain(words);
    expect(said).not.toContain('secret');
    expect(code).toBe(2);
  });

  it('lints a policy and a Consent without a server, and says so by its exit code', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'holdfast-lint-'));
    const file = (name: string, document: object): string => {
      const path = join(directory, name);
      writeFileSync(path, JSON.stringify(document));
      return path;
    };
    const policy = await run(['consent', 'lint', file('policy.json', { title: 'T', rules: [] })]);
    expect(policy).toMatchObject({ code: 6 });
    expect(policy.said).toContain('error: rules: A list of 1 to 1000 rules.');
    const consent = { resourceType: 'Consent', status: 'active', provision: { code: [{}] } };
    const unread = await run(['consent', 'lint', file('consent.json', consent)]);
    expect(unread.said).toContain('provision: a clinical code without system and code (A1)');
    rmSync(directory, { recursive: true });
  });

  it('says of a draft policy what is missing before it asks a server', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'holdfast-draft-'));
    const draft = join(directory, 'draft.json');
    writeFileSync(draft, JSON.stringify({ rules: [] }));
    const answer = await run(['consent', 'what-if', draft, '--server', 'http://127.0.0.1:9']);
    rmSync(directory, { recursive: true });
    expect(answer.said).toContain('error: title: Say in words what it is for.');
    expect(answer.code).toBe(6);
  });

  it('finds nothing against the access policy of the examples', async () => {
    const example = fileURLToPath(new URL('../../../examples/access-policy.json', import.meta.url));
    const answer = await run(['consent', 'lint', example]);
    expect(answer).toEqual({ code: 0, said: 'Nothing to say against it.\n' });
  });

  it('ends without a word when its reader has seen enough', async () => {
    const child = spawn(process.execPath, [...FLAGS, PROGRAM, 'openapi'], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let complaint = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => (complaint += text));
    child.stdout.destroy();
    expect(await once(child, 'close')).toEqual([0, null]);
    expect(complaint).toBe('');
  });

  it('says its version', async () => {
    expect(await run(['--version'])).toEqual({ code: 0, said: '0.1.0\n' });
  });

  it('refuses a taken port before it creates anything, and names the next', async () => {
    const { server, port } = await answering(200, {});
    const { code, said } = await run(['serve', '--port', String(port), '--data', NOWHERE]);
    server.close();
    expect(said).toContain(`Port ${port} is taken.\n  Start with npm start -- --port ${port + 1}`);
    expect([code, existsSync(NOWHERE)]).toEqual([1, false]);
  });

  it.each([
    [{ HOLDFAST_NATS_URL: 'http://x' }, 'HOLDFAST_NATS_URL'],
    [{ HOLDFAST_VALIDATION: 'perhaps' }, "--validation does not take 'perhaps'"],
    [{ HOLDFAST_PUBLIC_URL: 'banana' }, 'HOLDFAST_PUBLIC_URL does not take'],
    [{ HOLDFAST_IDENTITY_PARAMETERS: NOWHERE }, NOWHERE],
    [{ HOLDFAST_AUDIT_KEYS: 'a', HOLDFAST_AUDIT_KEYS_COMMAND: 'b' }, 'are both set'],
  ])(
    'names the setting that is wrong before the port that is taken: %j',
    async (setting, words) => {
      const { server, port } = await answering(200, {});
      const answer = await run(['serve', '--port', String(port), '--data', NOWHERE], setting);
      server.close();
      expect(answer.said).toContain(words);
      expect(answer.said).not.toContain('is taken');
      expect(answer.code).toBe(2);
    },
  );

  it('says after a failed import what may be given again', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'holdfast-import-'));
    const files = ['a.json', 'b.json', 'c.json'].map((name) => join(directory, name));
    for (const file of files) writeFileSync(file, basename(file));
    const server = createServer((request, response) => {
      void text(request).then((sent) => {
        if (sent === 'c.json') request.socket.destroy();
        else response.writeHead(sent === 'b.json' ? 503 : 200).end('{}');
      });
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const load = (...names: string[]) =>
      run(['import', ...names, '--server', url], { HOLDFAST_TOKEN: 'x' });
    const { code, said } = await load(...files);
    const whole = await load(...files.slice(0, 1));
    server.close();
    rmSync(directory, { recursive: true });
    expect(code).toBe(1);
    expect(said).toMatch(/Give only these again: (?:b\.json c\.json|c\.json b\.json)\./);
    expect(said).toContain('1 are there, and given again they would be there twice.');
    expect(said).toContain('What has no answer may be there all the same');
    expect(whole.said).not.toContain('again');
  });

  it('creates nothing in a directory that holds no data', async () => {
    const { code, said } = await run(['events', 'groups', '--data', NOWHERE]);
    expect(said).toContain(`No Holdfast data in ${NOWHERE}.`);
    expect([code, existsSync(NOWHERE)]).toEqual([1, false]);
  });

  it('names the address that it tried', async () => {
    const { code, said } = await run(['token', 'clinician', '--server', 'http://127.0.0.1:9']);
    expect(said).toContain('No server answers at http://127.0.0.1:9.');
    expect(code).toBe(75);
  });

  it('asks for a development token whatever HOLDFAST_TOKEN holds', async () => {
    const persona = {
      id: 'a',
      name: 'A',
      role: 'clinician',
      purposes: ['TREAT'],
      description: 'A',
    };
    const token = {
      access_token: 'fresh',
      token_type: 'Bearer',
      expires_in: 9,
      scope: '',
      persona,
    };
    const { server, url } = await answering(200, token);
    const answer = await run(['token', 'a', '--server', url], { HOLDFAST_TOKEN: 'stale' });
    server.close();
    expect(answer).toEqual({ code: 0, said: 'fresh\n' });
  });

  it('says what to do where a server issues no development tokens', async () => {
    const issue = {
      severity: 'error',
      code: 'not-found',
      details: {
        coding: [{ system: 'urn:holdfast:fault', code: 'SIGNIN_DEVELOPMENT_ONLY' }],
        text: 'off',
      },
    };
    const { server, url } = await answering(404, {
      resourceType: 'OperationOutcome',
      issue: [issue],
    });
    const { said } = await run(['token', 'a', '--server', url]);
    server.close();
    expect(said).toContain('issues no development tokens (NODE_ENV=production)');
    expect(said).toContain('Set HOLDFAST_TOKEN');
  });
});

describe('holdfast data delete', () => {
  it('asks for --yes, and deletes nothing that is not its own', async () => {
    const data = mkdtempSync(join(tmpdir(), 'holdfast-delete-'));
    mkdirSync(join(data, 'keys'));
    writeFileSync(join(data, 'notes.txt'), 'mine');
    expect((await run(['data', 'delete', '--data', data])).code).toBe(2);
    expect(readdirSync(data)).toEqual(['keys', 'notes.txt']);
    expect((await run(['data', 'delete', '--yes', '--data', data])).code).toBe(0);
    expect(readdirSync(data)).toEqual(['notes.txt']);
    expect((await run(['data', 'delete', '--yes', '--data', data])).said).toContain(
      `No Holdfast data in ${data}.`,
    );
    rmSync(data, { recursive: true });
  });
});
