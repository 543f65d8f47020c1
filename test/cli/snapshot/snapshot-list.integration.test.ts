import { mkdtempSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { snapshotListText } from '../../../src/cli/commands/snapshot-list.js';
import { differenceOf } from '../../../src/cli/commands/snapshot-prove.js';
import { lookIntoSnapshots, manualSnapshotName } from '../../../src/tools/snapshot-folder.js';
import { goodText } from '../../inventory/an-inventory.js';
import { slipway } from '../run-slipway.js';

const folder = mkdtempSync(path.join(os.tmpdir(), 'slipway-snapshots-'));
const snapshots = path.join(folder, 'snapshots');
const sealed = 'age-encryption.org/v1\nrest';
const typedMs = 60_000;
mkdirSync(snapshots);
afterAll(() => rmSync(folder, { recursive: true }));

function keep(name: string, text = sealed): void {
  writeFileSync(path.join(snapshots, name), text, { mode: 0o600 });
}

keep('atlas-run7-2026-11-20T08-00-00-000Z.etcd.age');
keep(manualSnapshotName('atlas', '2026-11-21T08:00:00.000Z'));
keep('atlas-run8-2026-11-21T09-00-00-000Z.etcd.age.part');
keep('atlas-two-run1-2026-11-21T10-00-00-000Z.etcd.age');
keep('notes.txt');
writeFileSync(
  path.join(folder, 'slipway.yaml'),
  goodText().replace('directory: /srv/snapshots', 'directory: snapshots'),
);

describe('the folder of snapshots', () => {
  test('lists the snapshots of the cluster, the newest first, and counts other files', async () => {
    const found = await lookIntoSnapshots(snapshots, 'atlas');
    expect(found.snapshots).toEqual([
      {
        file: 'atlas-manual-2026-11-21T08-00-00-000Z.etcd.age',
        takenAt: '2026-11-21T08:00:00.000Z',
        run: undefined,
        bytes: sealed.length,
        encrypted: true,
        mode: 0o600,
      },
      {
        file: 'atlas-run7-2026-11-20T08-00-00-000Z.etcd.age',
        takenAt: '2026-11-20T08:00:00.000Z',
        run: 7,
        bytes: sealed.length,
        encrypted: true,
        mode: 0o600,
      },
    ]);
    expect(found.unfinished).toEqual(['atlas-run8-2026-11-21T09-00-00-000Z.etcd.age.part']);
    expect(found.others).toBe(2);
  });

  test('is shown as a table with ages and sizes', async () => {
    const text = snapshotListText(
      'atlas',
      '/srv',
      await lookIntoSnapshots(snapshots, 'atlas'),
      Date.parse('2026-11-23T08:00:00Z'),
    );
    expect(text).toMatch(/^atlas keeps 2 snapshots in \/srv$/m);
    expect(text).toMatch(/^ {2}2026-11-21 08:00 UTC +2 days +26 bytes +by hand +encrypted +atlas-manual/m);
    expect(text).toMatch(/^ {2}2026-11-20 08:00 UTC +3 days +26 bytes +run 7 +encrypted +atlas-run7/m);
    expect(text).toContain('2 other files are there');
    expect(text).toContain('.part was not written whole');
  });
});

describe('slipway snapshot list', () => {
  test(
    'exits 0 if all are encrypted, and 1 with what to type if one is not, whatever its name',
    async () => {
      expect((await slipway(['snapshot', 'list', '--json'], { cwd: folder })).code).toBe(0);
      const clear = 'atlas-run9-2026-11-22T08-00-00-000Z.etcd.age';
      keep(clear, 'this is a database');
      const { code, stdout, stderr } = await slipway(['snapshot', 'list'], { cwd: folder });
      rmSync(path.join(snapshots, clear));
      expect(code).toBe(1);
      expect(stdout).toContain('IN CLEAR');
      expect(stderr).toContain(`rm ${path.join(snapshots, clear)}`);
    },
    typedMs,
  );

  test(
    'lists none before the first snapshot, which creates the folder',
    async () => {
      const elsewhere = path.join(folder, 'elsewhere');
      mkdirSync(elsewhere);
      writeFileSync(path.join(elsewhere, 'slipway.yaml'), goodText().replace('/srv/snapshots', 'nowhere'));
      const { code, stdout, stderr } = await slipway(['snapshot', 'list'], { cwd: elsewhere });
      expect([code, stderr]).toEqual([0, '']);
      expect(stdout).toContain(`no snapshot in ${path.join(elsewhere, 'nowhere')} yet`);
      expect(stdout).toContain('slipway snapshot take');
      writeFileSync(path.join(elsewhere, 'nowhere'), 'a file');
      const file = await slipway(['snapshot', 'list', '--json'], { cwd: elsewhere });
      expect([file.code, file.stderr]).toEqual([1, expect.stringContaining('cannot be read')]);
    },
    typedMs,
  );
});

describe('slipway snapshot prove', () => {
  const opened = [
    ['without an identity', [], /encrypted to age1[^]*no identity was named[^]*--identity FILE/],
    ['with a file that is not there', ['--identity', 'nowhere.key'], /nowhere\.key cannot be read/],
    [
      'with a file that is no identity, without quoting it',
      ['--identity', 'slipway.yaml'],
      /no file of age identities/,
    ],
  ] as const;
  test.each(opened)(
    '%s opens nothing and exits 2',
    async (_case, args, says) => {
      const { code, stderr } = await slipway(['snapshot', 'prove', ...args], { cwd: folder });
      expect(stderr).toMatch(says);
      expect(stderr).not.toContain('roles:');
      expect(code).toBe(2);
    },
    typedMs,
  );

  test('reports how a full etcd differs from the snapshot', () => {
    const snapshot = { revision: 12, keys: 5 };
    expect(differenceOf({ snapshot, etcd: { ...snapshot } })).toBeUndefined();
    expect(differenceOf({ snapshot, etcd: { revision: 12, keys: 4 } })).toBe(
      'a full etcd on it has number of keys 4 instead of 5',
    );
    expect(differenceOf({ snapshot, etcd: { revision: 11, keys: 4 } })).toContain(
      'revision 11 instead of 12, number',
    );
  });
});
