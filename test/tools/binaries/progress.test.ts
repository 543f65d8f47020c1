import { beforeEach, expect, test } from '@jest/globals';
import type { Pin } from '../../../src/tools/binaries/pin.js';
import { ProgressReport } from '../../../src/tools/binaries/progress.js';
import { pinNamed } from '../../../src/tools/binaries/wanted.js';

function pin(name: string): Pin {
  const found = pinNamed(name);
  if (!found) throw new Error(`${name} is not pinned`);
  return found;
}

let written: string[];
let now: number;
let report: ProgressReport;

function start(isTTY: boolean, names = ['etcd', 'kube-apiserver', 'talosctl']): void {
  written = [];
  now = 0;
  const output = { isTTY, write: (text: string) => void written.push(text) };
  report = new ProgressReport(names.map(pin), output, () => now);
}
beforeEach(() => start(false));

test('a line for each start, refusal and end where there is no terminal', () => {
  report.onEvent({ kind: 'started', origin: 'download', name: 'etcd', version: '3.6.6' });
  report.onEvent({
    kind: 'refused',
    origin: 'download',
    name: 'etcd',
    version: '3.6.6',
    why: 'github.com is silent',
  });
  report.onEvent({ kind: 'started', origin: 'build', name: 'etcd', version: '3.6.6' });
  now = 42_000;
  report.done(pin('etcd'), 'built from source');
  report.stop();
  expect(written).toEqual([
    'downloading etcd 3.6.6 (usually 5 s): 0 s; all 3 that are left: about 30 s\n',
    'etcd 3.6.6: no download: github.com is silent.\n',
    'building etcd 3.6.6 (usually 53 s): 0 s; all 3 that are left: about 5 min\n',
    'etcd 3.6.6: built from source after 42 s\n',
  ]);
});

test('the same failure is reported once', () => {
  for (const name of ['etcd', 'talosctl'] as const) {
    report.onEvent({ kind: 'refused', origin: 'download', name, version: '1', why: 'github.com is silent' });
  }
  expect(written).toHaveLength(1);
});

test('the estimated rest shrinks, and never below zero when a build takes longer than its default duration', () => {
  report.onEvent({ kind: 'refused', origin: 'download', name: 'etcd', version: '3.6.6', why: 'x' });
  report.done(pin('etcd'), 'built');
  report.onEvent({ kind: 'started', origin: 'build', name: 'kube-apiserver', version: '1.35.4' });
  now = 60_000;
  expect(report.status()).toBe(
    'building kube-apiserver 1.35.4 (usually 152 s): 60 s; all 2 that are left: about 3 min',
  );
  now = 900_000;
  expect(report.status()).toBe(
    'building kube-apiserver 1.35.4 (usually 152 s): 900 s; all 2 that are left: about 68 s',
  );
  report.done(pin('kube-apiserver'), 'built');
  expect(report.status()).toBeUndefined();
  report.stop();
});

test('a download shows its bytes', () => {
  report.onEvent({ kind: 'started', origin: 'download', name: 'talosctl', version: '1.12.1' });
  report.onEvent({ kind: 'bytes', name: 'talosctl', received: 12_340_000, total: 98_000_000 });
  expect(report.status()).toMatch(
    /^downloading talosctl 1\.12\.1 \(usually 15 s\): 0 s, 12\.3 MB of 98\.0 MB; all 3/,
  );
  report.stop();
});

test('a terminal’s line is overwritten', () => {
  start(true);
  report.onEvent({ kind: 'waiting', name: 'etcd', version: '3.6.6', pid: 7 });
  report.done(pin('etcd'), 'got by another set-up');
  report.stop();
  expect(written).toEqual([
    '\r\u001B[Kwaiting for process 7, which gets etcd 3.6.6 (usually 53 s): 0 s; all 3 that are left: about 78 s',
    '\r\u001B[Ketcd 3.6.6: got by another set-up after 0 s\n',
    '\r\u001B[K',
  ]);
});

test('two minors of one program are two programs', () => {
  start(false, ['talosctl', 'talosctl-1.13']);
  report.done(pin('talosctl'), 'downloaded');
  report.onEvent({ kind: 'started', origin: 'download', name: 'talosctl', version: '1.13.9' });
  report.done(pin('talosctl-1.13'), 'downloaded');
  report.stop();
  expect(written).toEqual([
    'talosctl 1.12.1: downloaded\n',
    'downloading talosctl 1.13.9 (usually 15 s): 0 s\n',
    'talosctl 1.13.9: downloaded after 0 s\n',
  ]);
});
