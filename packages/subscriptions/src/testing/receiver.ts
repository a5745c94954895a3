import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import {
  type AddressInfo,
  createServer as createTcpServer,
  type Server as TcpServer,
} from 'node:net';

export interface Received {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** A receiver of notifications; a path can be told to fail. */
export class Receiver {
  readonly received: Received[] = [];
  /** Status by path; 200 unless told otherwise. `hang`: no answer. */
  readonly answers = new Map<string, number | 'hang'>();
  /** Called before the answer goes out, which is settled by then. */
  onReceived: (path: string) => void = () => undefined;
  readonly #server: Server;

  constructor() {
    this.#server = createServer((request, response) => {
      let body = '';
      request.setEncoding('utf8').on('data', (text: string) => {
        body += text;
      });
      request.on('end', () => {
        const { method = '', url: path = '', headers } = request;
        this.received.push({ method, path, headers, body });
        const answer = this.answers.get(path) ?? 200;
        this.onReceived(path);
        if (answer !== 'hang') response.writeHead(answer).end();
      });
    });
  }

  async start(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  at(path: string): Received[] {
    return this.received.filter((each) => each.path === path);
  }
}

/** The least of an SMTP server (RFC 5321): takes mail and keeps it. */
export class MailBox {
  readonly mails: string[] = [];
  readonly #server: TcpServer;

  constructor() {
    this.#server = createTcpServer((socket) => {
      let inData = false;
      let mail = '';
      const say = (text: string) => socket.write(`${text}\r\n`);
      say('220 ready');
      socket.setEncoding('utf8').on('data', (text: string) => {
        for (const line of text.split('\r\n')) {
          if (inData) {
            if (line !== '.') {
              mail += `${line}\n`;
              continue;
            }
            inData = false;
            this.mails.push(mail);
            mail = '';
            say('250 taken');
          } else if (/^DATA/i.test(line)) {
            inData = true;
            say('354 go on');
          } else if (/^QUIT/i.test(line)) socket.end('221 bye\r\n');
          else if (line !== '') say('250 ok');
        }
      });
    });
  }

  async start(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return `smtp://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
