import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from '@jest/globals';
import { projectRoot } from '../../src/tools/project-root.js';

const read = (file: string): string => readFileSync(path.join(projectRoot, file), 'utf8');
const unit = read('deploy/systemd/slipway.service');
const page = read('docs/install.md');

const settings = (name: string): string[] =>
  [...unit.matchAll(new RegExp(`^${name}=(.*)$`, 'gm'))].map(([, value = '']) => value);

test('the unit keeps Temporal on loopback', () => {
  expect(settings('ExecStart')).toEqual([
    '/usr/bin/env node /opt/slipway/bin/slipway.mjs serve --data /var/lib/slipway/temporal',
  ]);
});

test('every credential it loads is named in the installation, which says where it is put', () => {
  const loaded = settings('LoadCredential').map((value) => value.split(':'));
  expect(loaded.length).toBeGreaterThan(0);
  for (const [name = '', file] of loaded) {
    expect(file).toBe(`/etc/slipway/${name}`);
    expect(page).toContain(`| \`${name}\` |`);
    expect(page).toContain(`{ file: ${name} }`);
  }
});

test('it is stopped in order: only serve gets the signal, with time to stop both', () => {
  expect(settings('KillMode')).toEqual(['process']);
  const graces = ['worker', 'temporal'].map((name) =>
    Number(/graceMs = (\d+)_000/.exec(read(`src/serve/${name}-service.ts`))?.[1]),
  );
  expect(Number.parseInt(settings('TimeoutStopSec')[0] ?? '', 10)).toBeGreaterThan(
    graces.reduce((sum, grace) => sum + grace, 0),
  );
});

test('the folders of Terraform survive a restart, and only programs are read-only below the state folder', () => {
  expect(settings('StateDirectory')).toEqual(['slipway slipway/tmp']);
  expect(settings('Environment')).toContain('TMPDIR=/var/lib/slipway/tmp');
  expect(settings('ReadOnlyPaths')).toEqual(['-/var/lib/slipway/.cache/slipway/bin']);
});
