import type { FastifyInstance, FastifyRequest } from 'fastify';
import { serverFault } from '../errors.ts';

const TEXT_TYPES = [
  'application/fhir+json',
  'application/json',
  'application/json-patch+json',
  // POST _search
  'application/x-www-form-urlencoded',
];

/** FHIR JSON is UTF-8 (https://hl7.org/fhir/R4/json.html); a replacement character would falsify a record. */
const utf8 = new TextDecoder('utf-8', { fatal: true });

/** Handlers parse: so that a malformed body is answered like every other bad input. */
export function readBodiesAsText(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser(TEXT_TYPES, { parseAs: 'buffer' }, (request, body, done) => {
    try {
      done(null, textOf(request, body));
    } catch (error) {
      done(error as Error);
    }
  });
}

function textOf({ headers }: FastifyRequest, body: string | Buffer): string {
  const encoding = headers['content-encoding'] ?? 'identity';
  if (encoding !== 'identity') {
    throw serverFault('SERVER_CONTENT_ENCODING_UNSUPPORTED', { expression: ['Content-Encoding'] });
  }
  const charset = /;\s*charset="?([^";\s]+)/i.exec(headers['content-type'] ?? '')?.[1] ?? 'utf-8';
  if (!/^utf-?8$/i.test(charset)) throw notUtf8();
  if (typeof body === 'string') return body;
  try {
    return utf8.decode(body);
  } catch {
    throw notUtf8();
  }
}

const notUtf8 = () => serverFault('SERVER_CHARSET_UNSUPPORTED', { expression: ['Content-Type'] });
