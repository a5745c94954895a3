/** Files of a tar archive (POSIX ustar), by path; links and folders are passed over. */
export function filesOfTar(archive: Buffer): ReadonlyMap<string, string> {
  const files = new Map<string, string>();
  let at = 0;
  while (at + BLOCK <= archive.length && archive[at] !== 0) {
    const text = (from: number, length: number) =>
      archive.toString('utf8', at + from, at + from + length).split('\0')[0] ?? '';
    const size = Number.parseInt(text(124, 12).trim(), 8);
    if (!Number.isInteger(size)) throw new RangeError(`no tar header at byte ${at}`);
    const [name, kind, prefix] = [text(0, 100), text(156, 1), text(345, 155)];
    const body = at + BLOCK;
    if (kind === '' || kind === '0') {
      const path = prefix === '' ? name : `${prefix}/${name}`;
      files.set(path, archive.toString('utf8', body, body + size));
    }
    at = body + Math.ceil(size / BLOCK) * BLOCK;
  }
  return files;
}

const BLOCK = 512;
