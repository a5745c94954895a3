import { expect, it } from 'vitest';
import { chooseAccount } from './account.ts';

const root = 'root:x:0:0:root:/root:/bin/sh';
const daemon = 'daemon:x:1:1::/:/usr/sbin/nologin';
const nobody = 'nobody:x:65534:65534:nobody:/:/usr/sbin/nologin';

it('drops to nobody where the system has it', () => {
  expect(chooseAccount([root, daemon, nobody].join('\n'))).toEqual({
    name: 'nobody',
    uid: 65534,
    gid: 65534,
  });
});

it('never chooses an account with the rights of root', () => {
  expect(chooseAccount([root, 'toor:x:0:0::/:/bin/sh', daemon].join('\n'))?.name).toBe('daemon');
  expect(chooseAccount(root)).toBeUndefined();
});
