import { type Finding, findingsOf } from './finding.ts';

/** A file of the keys' directory. */
export interface KeyFile {
  readonly name: string;
  /** Permission bits, as of `stat`. */
  readonly mode: number;
}

const OPEN_TO_OTHERS = 0o077;
const keys = findingsOf('keys');

/** @param files null where the directory is not there */
export function judgeKeys(directory: string, files: readonly KeyFile[] | null): Finding[] {
  if (files === null || files.length === 0) {
    return [
      keys.should(
        `no keys in ${directory}`,
        'Name the directory of the server with --data; a first start makes them',
      ),
    ];
  }
  const open = files.filter(({ mode }) => (mode & OPEN_TO_OTHERS) !== 0);
  if (open.length === 0) return [keys.well(`${files.length} files in ${directory} are its own`)];
  return open.map(({ name }) =>
    keys.must(`${name} is readable by others`, `chmod 600 ${directory}/${name}`),
  );
}

const disk = findingsOf('disk');
const SCARCE = 0.1;
const ALMOST_FULL = 0.03;
const GIGABYTE = 1e9;

/** @param space bytes of the file system that holds the directory */
export function judgeDisk(
  directory: string,
  space: { readonly free: number; readonly total: number },
): Finding {
  const share = space.free / space.total;
  const found = `${directory} has ${(space.free / GIGABYTE).toFixed(1)} GB free (${(share * 100).toFixed(0)} %)`;
  if (share < ALMOST_FULL) return disk.must(found, 'Free space now: a full disk stops every write');
  if (share < SCARCE) return disk.should(found, 'Free space or grow the disk');
  return disk.well(found);
}
