import { expect, test } from '@jest/globals';
import { sumIn } from '../../../src/tools/binaries/sha256.js';

const a = 'a'.repeat(64);
const b = 'b'.repeat(64);

test.each<[string, string, string | undefined]>([
  ['two spaces', `${b}  other\n${a}  talosctl-linux-amd64\n`, a],
  ['binary mode', `${a} *talosctl-linux-amd64\n`, a],
  ['a folder before the name', `${a}  _out/talosctl-linux-amd64\n`, a],
  ['capitals', `${a.toUpperCase()}  talosctl-linux-amd64\n`, a],
  ['Windows line ends', `${a}  talosctl-linux-amd64\r\n`, a],
  ['one sum alone', a, a],
  ['one sum alone and a line end', `${a}\n`, a],
  ['several sums without names', `${a}\n${b}\n`, undefined],
  ['a name that only ends alike', `${a}  other-talosctl-linux-amd64\n`, undefined],
  ['another length', `${a}00  talosctl-linux-amd64\n`, undefined],
  ['a page of HTML', '<html></html>', undefined],
  ['nothing', '', undefined],
])('a checksum file with %s', (_, text, sum) => {
  expect(sumIn(text, 'talosctl-linux-amd64')).toBe(sum);
});
