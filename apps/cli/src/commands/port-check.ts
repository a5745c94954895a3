import { once } from 'node:events';
import { createServer } from 'node:net';
import { CommandFailure } from '../exit.ts';

/** Refuses a port that cannot be listened on, before anything is started or created. */
export async function checkPort(host: string, port: number): Promise<void> {
  const probe = createServer();
  try {
    await once(probe.listen(port, host), 'listening');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EADDRINUSE') {
      throw new CommandFailure(
        `Port ${port} is taken.`,
        `Start with npm start -- --port ${port < 65_535 ? port + 1 : 8_080}, or set PORT.`,
      );
    }
    if (code === 'EACCES') {
      throw new CommandFailure(
        `Port ${port} may not be opened by this account.`,
        'Take one above 1023 and put a proxy in front: npm start -- --port 8080.',
      );
    }
    throw new CommandFailure(
      `Nothing can listen on ${host}: ${code ?? (error as Error).message}.`,
      'Give --host an address of this machine: 127.0.0.1, or 0.0.0.0 for all of them.',
    );
  }
  probe.close();
  await once(probe, 'close');
}
