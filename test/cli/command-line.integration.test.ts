import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe as group, expect, test } from '@jest/globals';
import { projectRoot } from '../../src/tools/project-root.js';
import { slipway } from './run-slipway.js';

/** V8's coverage of the files that a program loaded. */
interface Coverage {
  readonly result: readonly { readonly url: string }[];
}

const folder = mkdtempSync(path.join(os.tmpdir(), 'slipway-cli-'));
afterAll(() => rmSync(folder, { recursive: true }));

const example = path.join(projectRoot, 'examples', 'prox-ops', 'slipway.yaml');
const broken = path.join(folder, 'broken.yaml');
writeFileSync(broken, 'cluster: Prox_Ops\nnodes: []\n');
const missing = path.join(folder, 'missing.yaml');
const hash = '3f2a8c91d0aa';

const commands = [
  'plan',
  'upgrade',
  'status',
  'watch',
  'report',
  'approve',
  'reject',
  'abort',
  'release',
  'inventory check',
  'doctor',
  'snapshot list',
  'snapshot take',
  'snapshot prove',
  'tools',
  'serve',
  'starter',
  'starter check',
  'page',
];

group('help', () => {
  test('lists every command, the exit codes, and how Temporal is found', async () => {
    const { code, stdout } = await slipway(['--help']);
    expect(code).toBe(0);
    for (const command of commands) expect(stdout).toContain(`  ${command.split(' ')[0]}`);
    expect(stdout).toContain('Exit codes: 0 done');
    expect(stdout).toContain('TEMPORAL_ADDRESS');
  });

  test.each(commands)('of %s has an example and the exit codes', async (command) => {
    const { code, stdout } = await slipway([...command.split(' '), '--help']);
    expect(code).toBe(0);
    expect(stdout).toMatch(new RegExp(`Examples?:\n  slipway ${command}`));
    expect(stdout).toContain('Exit codes:');
  });

  test('loads none of the heavy modules, and 200 kB of code at most', async () => {
    const coverage = mkdtempSync(path.join(folder, 'coverage-'));
    await slipway(['upgrade', '--help'], { env: { NODE_V8_COVERAGE: coverage } });
    const loaded = readdirSync(coverage)
      .flatMap((file) => (JSON.parse(readFileSync(path.join(coverage, file), 'utf8')) as Coverage).result)
      .filter(({ url }) => url.startsWith('file:'))
      // A bundle has a comment with the path before each file of a package.
      .map(({ url }) => `${url}\n${readFileSync(fileURLToPath(url), 'utf8')}`)
      .join('');
    expect(loaded).toContain('/commander/');
    expect(loaded).not.toMatch(
      /node_modules\/(@temporalio|@kubernetes|zod|yaml|semver|execa|fastify|preact)\//,
    );
    expect(loaded.length).toBeLessThan(200_000);
  });
});

group('a usage error prints a sentence and exits 2', () => {
  test.each([
    ['an unknown command', ['plann'], /unknown command 'plann'[^]*Did you mean plan\?/],
    ['no command', [], /Usage: slipway/],
    ['half a command', ['inventory'], /Usage: slipway inventory/],
    [
      'an unknown option',
      ['plan', '--tallos', 'v1.12.6'],
      /unknown option '--tallos'[^]*Did you mean --talos\?/,
    ],
    ['an option without its value', ['plan', '--talos'], /'--talos <version>' argument missing/],
    ['an abort without a reason', ['abort'], /'--why <text>' not specified/],
    ['an abort with an empty reason', ['abort', '--why', ' '], /An abort needs a reason/],
    ['an unknown strategy', ['plan', '--strategy', 'blue-green'], /Allowed choices are in-place, replace/],
    ['an approval of no plan', ['approve', '--by', 'Ada', '--reason', 'x'], /'--plan <hash>' not specified/],
    ['an approval by nobody', ['approve', '--plan', hash, '--reason', 'x'], /'--by <name>' not specified/],
    [
      'an approval with an empty name',
      ['approve', '--plan', hash, '--by', ' ', '--reason', 'x'],
      /needs a name/,
    ],
    [
      'an approval in a name that only GitHub proves',
      ['approve', '--plan', hash, '--by', 'github:ada', '--reason', 'x'],
      /a name that GitHub or a token proved/,
    ],
    ['an approval without a reason', ['approve', '--plan', hash, '--by', 'Ada'], /needs a reason/],
    [
      'a rejection with an empty reason',
      ['reject', '--plan', hash, '--by', 'Ada', '--reason', ' '],
      /needs a reason/,
    ],
    [
      'an approval of an invalid hash',
      ['approve', '--plan', 'run-42', '--by', 'Ada', '--reason', 'x'],
      /"run-42" is no hash of a plan/,
    ],
    [
      'a reason that every run would reject',
      ['release', '--why', 'x'.repeat(2_001)],
      /2001 characters, and 2000 are/,
    ],
    ['a release with an empty reason', ['release', '--why', ''], /A release needs a reason/],
    ['a file that is not there', ['plan', '-f', missing], /missing\.yaml: it cannot be read/],
    ['a file with mistakes', ['upgrade', '-f', broken], /broken\.yaml[^]*broken\.yaml/],
    ['a version that is none', ['plan', '-f', example, '--talos', 'latest'], /latest/],
    ['a node the inventory has not', ['upgrade', '-f', example, '--only', 'k8s-work-99'], /k8s-work-99/],
  ])('%s', async (_, args, expected) => {
    const { code, stdout, stderr } = await slipway(args);
    expect(stderr).toMatch(expected);
    expect(stderr).not.toContain('    at ');
    expect(stdout).toBe('');
    expect(code).toBe(2);
  });
});

group('an unreachable Temporal prints a sentence and what to start, and exits 3', () => {
  test.each([
    ['status'],
    ['watch', '42'],
    ['report', '42'],
    ['abort', '42', '--why', 'x'],
    ['release', '--why', 'x'],
    ['approve', '42', '--plan', hash, '--by', 'Ada', '--reason', 'x'],
    ['reject', '42', '--plan', hash, '--by', 'Ada', '--why', 'x'],
    ['upgrade', '-f', example],
  ])('%s', async (...args) => {
    const { code, stderr } = await slipway(args);
    expect(stderr).toContain('Temporal does not answer at 127.0.0.1:1 (ECONNREFUSED).');
    expect(stderr).toContain('slipway serve');
    expect(stderr).not.toContain('    at ');
    expect(code).toBe(3);
  });

  test('a missing profile is a usage error, not an unreachable Temporal', async () => {
    const { code, stderr } = await slipway(['status'], { env: { TEMPORAL_PROFILE: 'nowhere' } });
    expect(stderr).toContain("Temporal's client settings cannot be used");
    expect(code).toBe(2);
  });
});

group('inventory check', () => {
  test('takes the file with -f, as every other command does, but not twice', async () => {
    const { code, stdout } = await slipway(['inventory', 'check', '-f', example]);
    expect([code, stdout]).toEqual([0, expect.stringContaining(`${example} is valid: prox-ops`)]);
    const twice = await slipway(['inventory', 'check', example, '-f', 'other.yaml']);
    expect([twice.code, twice.stderr]).toEqual([2, expect.stringContaining('Two files are named')]);
  });

  test('says that an inventory is valid', async () => {
    const { code, stdout } = await slipway(['inventory', 'check', example]);
    expect(stdout).toContain('is valid: prox-ops, 3 control planes and 12 workers');
    expect(code).toBe(0);
  });

  test('says which file has the versions', async () => {
    const file = path.join(folder, 'slipway.yaml');
    const source = '{ file: variables.tf, variable: talos_version }';
    writeFileSync(file, readFileSync(example, 'utf8').replace(/talos: v1\.11\.3/, `talos: ${source}`));
    writeFileSync(path.join(folder, 'variables.tf'), 'variable "talos_version" {\n  default = "1.11.9"\n}\n');
    const { code, stdout } = await slipway(['inventory', 'check', file]);
    expect(stdout).toContain('Talos v1.11.9.\nIts versions are read from variables.tf.');
    expect(code).toBe(0);
  });

  test('prints every mistake on its own line', async () => {
    const { code, stderr } = await slipway(['inventory', 'check', broken]);
    expect(stderr.trim().split('\n').length).toBeGreaterThan(3);
    expect(code).toBe(2);
  });

  test('prints mistakes as JSON for scripts', async () => {
    const { code, stdout } = await slipway(['inventory', 'check', broken, '--json']);
    expect(JSON.parse(stdout)).toMatchObject({
      ok: false,
      file: broken,
      mistakes: expect.arrayContaining([expect.objectContaining({ fix: expect.any(String) })]),
    });
    expect(code).toBe(2);
  });
});

test('plan says which credential it cannot read, and exits 1, without Temporal', async () => {
  const lonely = path.join(folder, 'slipway.yaml');
  writeFileSync(lonely, readFileSync(example, 'utf8'));
  const { code, stderr } = await slipway(['plan'], { cwd: folder });
  expect(stderr).toMatch(/talosconfig \(reader\)/);
  expect(stderr).not.toContain('    at ');
  expect(code).toBe(1);
});
