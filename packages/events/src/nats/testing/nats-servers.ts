import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BrokerSettings } from '../broker-settings.ts';

interface Node {
  readonly name: string;
  readonly config: string;
  readonly store: string;
  process: ChildProcess | null;
}

/** Real servers on this machine, with JetStream; more than one form a cluster. */
export interface NatsServers {
  readonly settings: BrokerSettings;
  start(node: number): Promise<void>;
  /** `kill -9`. */
  kill(node: number): Promise<void>;
  /** Everything that a stopped node had stored. */
  destroy(node: number): void;
  /** Keeps what a stopped node has stored; the result puts that back in place of what it has then. */
  keep(node: number): () => void;
  stop(): Promise<void>;
}

export async function natsServers(program: string, count: number): Promise<NatsServers> {
  const directory = mkdtempSync(join(tmpdir(), 'holdfast-nats-'));
  const ports = await freePorts(2 * count);
  const clients = ports.slice(0, count);
  const routes = ports.slice(count).map((port) => `nats://127.0.0.1:${port}`);
  const nodes = clients.map((port, i): Node => {
    const name = `n${i}`;
    const store = join(directory, name);
    const config = join(directory, `${name}.conf`);
    const cluster = `cluster { name: test, listen: "127.0.0.1:${ports[count + i]}",
      routes: [${routes.map((route) => `"${route}"`).join(', ')}] }`;
    writeFileSync(
      config,
      `server_name: ${name}
listen: "127.0.0.1:${port}"
authorization { user: holdfast, password: "p@ss" }
jetstream { store_dir: "${store}", max_mem: 16MB, max_file: 64MB }
${count > 1 ? cluster : ''}
`,
    );
    return { name, config, store, process: null };
  });
  const at = (node: number): Node => {
    const found = nodes[node];
    if (found === undefined) throw new Error(`there is no node ${node}`);
    return found;
  };
  const kill = async (of: Node) => {
    const { process } = of;
    of.process = null;
    if (process?.kill('SIGKILL') === true) await once(process, 'exit');
  };
  const servers: NatsServers = {
    settings: {
      servers: clients.map((port) => `nats://holdfast:p%40ss@127.0.0.1:${port}`),
      replicas: count,
      keepDays: 30,
    },
    start: (node) => launch(program, at(node)),
    kill: (node) => kill(at(node)),
    destroy: (node) => rmSync(at(node).store, { recursive: true, force: true }),
    keep: (node) => {
      const { store } = at(node);
      const kept = `${store}.kept`;
      cpSync(store, kept, { recursive: true });
      return () => {
        rmSync(store, { recursive: true });
        cpSync(kept, store, { recursive: true });
      };
    },
    stop: async () => {
      await Promise.all(nodes.map(kill));
      rmSync(directory, { recursive: true, force: true });
    },
  };
  await Promise.all(nodes.map((_, node) => servers.start(node)));
  return servers;
}

async function launch(program: string, node: Node): Promise<void> {
  const process = spawn(program, ['-c', node.config], { stdio: ['ignore', 'ignore', 'pipe'] });
  node.process = process;
  await new Promise<void>((resolve, reject) => {
    let said = '';
    process.stderr.setEncoding('utf8').on('data', (text: string) => {
      said += text;
      if (said.includes('Server is ready')) resolve();
    });
    process.once('exit', () => reject(new Error(`${node.name}: ${said}`)));
  });
}

async function freePorts(count: number): Promise<number[]> {
  const held = await Promise.all(
    Array.from({ length: count }, async () => {
      const server = createServer().listen(0, '127.0.0.1');
      await once(server, 'listening');
      return server;
    }),
  );
  const ports = held.map((server) => {
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('a port was given out');
    return address.port;
  });
  await Promise.all(held.map((server) => once(server.close(), 'close')));
  return ports;
}
