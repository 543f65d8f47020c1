import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
import { listPrerequisites, listTools } from '../../../src/tools/binaries/list-tools.js';

const folder = mkdtempSync(path.join(os.tmpdir(), 'slipway-list-tools-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('every program has a line: where it is, or what is missing and what to type', async () => {
  const kubectl = path.join(folder, 'kubectl');
  writeFileSync(kubectl, '#!/bin/sh\necho "Client Version: v1.34.9"\n');
  chmodSync(kubectl, 0o755);
  const mine = path.join(folder, 'mine');
  writeFileSync(mine, '#!/bin/sh\necho "Talos v1.10.8"\n');
  chmodSync(mine, 0o755);
  const older = path.join(folder, 'older');
  writeFileSync(older, '#!/bin/sh\necho "OpenTofu v1.9.4"\n');
  chmodSync(older, 0o755);
  const tools = await listTools({
    PATH: folder,
    XDG_CACHE_HOME: folder,
    SLIPWAY_BIN_ETCD: '/no/etcd',
    SLIPWAY_BIN_TALOSCTL_1_10: mine,
    SLIPWAY_BIN_TOFU_1_9_4: older,
  });
  expect(tools).toHaveLength(15);
  const byName = Object.fromEntries(tools.map((tool) => [tool.name, tool]));
  expect(byName['kubectl']).toEqual({
    name: 'kubectl',
    wanted: '1.35.4',
    path: kubectl,
    version: '1.34.9',
    source: 'path',
    notes: [],
  });
  const missing = (wanted: string, remedy: string) => ({
    name: 'talosctl',
    wanted,
    notes: ['PATH: there is none.', `cache: not in ${folder}/slipway/bin/talosctl/${wanted}.`],
    remedy,
  });
  expect(tools.filter(({ name }) => name === 'talosctl')).toEqual([
    missing('1.12.1', 'npm run setup -- talosctl'),
    missing('1.13.9', 'npm run setup -- talosctl-1.13'),
    missing('1.11.5', 'npm run setup -- talosctl-1.11'),
    { name: 'talosctl', wanted: '1.10', path: mine, version: '1.10.8', source: 'explicit', notes: [] },
  ]);
  expect(byName['tofu']).toEqual({
    name: 'tofu',
    wanted: '1.9.4',
    path: older,
    version: '1.9.4',
    source: 'explicit',
    notes: [],
  });
  expect(byName['etcd']).toMatchObject({
    notes: ['SLIPWAY_BIN_ETCD=/no/etcd is not an executable file. Correct it, or unset SLIPWAY_BIN_ETCD.'],
  });
});

test('programs that the machine must provide are listed with what to do where one is missing', async () => {
  const missing = await listPrerequisites({ PATH: folder });
  expect(missing.map(({ name, remedy }) => [name, remedy?.slice(0, 18)])).toEqual([
    ['setpriv', 'Install util-linux'],
    ['flock', 'Install util-linux'],
    ['tar', 'Install tar; relea'],
    ['git', 'Install git.'],
    ['go', 'there is no Go on '],
  ]);
});
