import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { takesVariablesAgain } from '../../../src/tools/terraform/terraform.js';
import { backendIn, backendRefusals } from '../../../src/tools/terraform/state-backend.js';
import { wantsVariablesAgain } from '../../../src/planning/terraform/saved-plan.js';

const local = (setting: string, found?: string): object => ({
  kind: 'terraform-local-state',
  setting,
  ...(found === undefined ? {} : { found }),
});
const lockless = (backend: string, ...settings: string[]): object => ({
  kind: 'terraform-lockless',
  backend,
  settings,
});

describe('where a state is kept', () => {
  test.each<[string, string, object, object, object[]]>([
    ['a file by its whole path', 'local', { path: '/var/lib/state.tfstate' }, {}, []],
    ['a file beside the configuration', 'local', { path: 'x.tfstate' }, {}, [local('path', 'x.tfstate')]],
    ['no file named', 'local', {}, {}, [local('path')]],
    [
      'a workspace without a folder',
      'local',
      { path: '/a' },
      { workspace: 'prox' },
      [local('workspace_dir')],
    ],
    ['a workspace with one', 'local', { workspace_dir: '/a' }, { workspace: 'prox' }, []],
    ['S3 with a lock file', 's3', { use_lockfile: true }, {}, []],
    ['S3 with a table', 's3', { dynamodb_table: 'locks' }, {}, []],
    [
      'S3 without either',
      's3',
      { use_lockfile: false },
      {},
      [lockless('s3', 'use_lockfile', 'dynamodb_table')],
    ],
    ['http with a lock', 'http', { lock_address: 'https://a/lock' }, {}, []],
    ['http with one from the environment', 'http', {}, { env: { TF_HTTP_LOCK_ADDRESS: 'https://a' } }, []],
    ['http without', 'http', {}, {}, [lockless('http', 'lock_address')]],
    ['PostgreSQL', 'pg', { conn_str: 'postgres://a' }, {}, []],
    ['HCP Terraform, which locks', 'cloud', {}, {}, []],
    ['one that cannot lock', 'artifactory', {}, {}, [lockless('artifactory')]],
  ])('%s', (_, type, config, more, refusals) => {
    const around = { workspace: 'default', env: {}, ...more };
    expect(backendRefusals({ type, config: config as Record<string, unknown> }, around)).toEqual(refusals);
  });

  test('is read as init left it', async () => {
    const folder = mkdtempSync(path.join(os.tmpdir(), 'slipway-backend-'));
    try {
      expect(await backendIn(folder)).toEqual({ type: 'local', config: {} });
      const kept = { version: 3, backend: { type: 'pg', config: { conn_str: null }, hash: 1 } };
      writeFileSync(path.join(folder, 'terraform.tfstate'), JSON.stringify(kept));
      expect(await backendIn(folder)).toEqual({ type: 'pg', config: { conn_str: null } });
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

test.each([
  ['1.9.8', false],
  ['1.10.6', false],
  ['1.11.0', true],
  ['1.12.6', true],
])('a plan saved by %s is applied with its variables again: %s', (version, again) =>
  expect([takesVariablesAgain(version), wantsVariablesAgain(version)]).toEqual([again, again]),
);
