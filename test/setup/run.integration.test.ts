import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { afterAll, beforeEach, describe, expect, test } from '@jest/globals';
import { identify } from '../../src/tools/process-identity.js';
import { FixtureProject, hasNpm } from './fixture-project.js';
import { until } from '../until.js';

// Each starts npm several times, which takes seconds on a busy machine.

/** For the demo: one talosctl is enough. */
const demo = 'temporal talosctl kubectl etcd etcdutl kube-apiserver kube-controller-manager kube-scheduler';
const project = new FixtureProject();
afterAll(() => project.remove());

if (!hasNpm) process.stderr.write('SKIPPED: the set-up is not tested, there is no npm on PATH.\n');

(hasNpm ? describe : describe.skip)('the set-up', () => {
  beforeEach(async () => {
    if (!existsSync(project.file('node_modules'))) await project.run(['setup']);
    project.takeLog();
  });

  test('brings a fresh clone to its program: packages, compiling, programs', async () => {
    for (const folder of ['node_modules', 'dist', '.slipway'])
      rmSync(project.file(folder), { recursive: true });
    const { code, stderr } = await project.run(['demo', '--', '--speed', '2']);
    expect(project.takeLog()).toEqual(['compiled', `ensured ${demo}`, 'demo --speed 2']);
    expect(stderr).toContain('npm packages: npm ci');
    expect(code).toBe(2);
  });

  test('does nothing twice', async () => {
    const { code, stderr } = await project.run(['demo']);
    expect(project.takeLog()).toEqual([`ensured ${demo}`, 'demo']);
    expect({ code, npm: stderr.includes('npm ci') }).toEqual({ code: 0, npm: false });
  });

  test('alone gets the talosctl of every minor, and what replaces machines', async () => {
    await project.run(['setup']);
    const more = 'talosctl-1.13 talosctl-1.11 terraform';
    expect(project.takeLog()).toEqual([`ensured ${demo} ${more}`]);
  });

  test('gets only the programs it is told', async () => {
    await project.run(['setup', 'kubectl', 'etcd']);
    expect(project.takeLog()).toEqual(['ensured kubectl etcd']);
  });

  test('compiles when a source changed, and removes what its source is gone of', async () => {
    project.write('src/extra.ts', 'export {};');
    await project.run(['setup']);
    expect(existsSync(project.file('dist/src/extra.js'))).toBe(true);
    rmSync(project.file('src/extra.ts'));
    await project.run(['setup']);
    expect(existsSync(project.file('dist/src/extra.js'))).toBe(false);
    expect(project.takeLog().filter((line) => line === 'compiled')).toHaveLength(2);
  });

  test('leaves good packages alone, whoever installed them', async () => {
    rmSync(project.file('node_modules/.slipway-packages'));
    project.write('node_modules/.mark', '');
    await project.run(['setup']);
    expect(existsSync(project.file('node_modules/.mark'))).toBe(true);
  });

  test.each<[string, () => void]>([
    ['the lock file changed', () => project.lockPackages('1.0.1')],
    ['npm ci was killed half-way', () => rmSync(project.file('node_modules/.package-lock.json'))],
    ['a package is gone', () => rmSync(project.file('node_modules/typescript'))],
  ])('installs packages when %s', async (_, spoil) => {
    spoil();
    expect((await project.run(['setup'])).stderr).toContain('npm ci');
    expect((await project.run(['setup'])).stderr).not.toContain('npm ci');
  });

  test('installs what the lock file names where npm ci also wants what it cannot name', async () => {
    rmSync(project.file('node_modules'), { recursive: true });
    const picky = project.fakeProgram(
      'npm',
      `[ "$1" != ci ] && exec "$REAL_NPM" "$@"
       echo "npm error code EUSAGE"; echo "npm error Missing: @swc/core-darwin-arm64@ from lock file"; exit 1`,
    );
    const before = readFileSync(project.file('package-lock.json'), 'utf8');
    const { code, stderr } = await project.run(['setup'], picky);
    expect({ code, lock: readFileSync(project.file('package-lock.json'), 'utf8') }).toEqual({
      code: 0,
      lock: before,
    });
    expect(stderr).toContain('misses packages for other systems');
    expect((await project.run(['setup'])).stderr).not.toContain('npm ci');
  });

  test('shows what npm said when it fails', async () => {
    rmSync(project.file('node_modules'), { recursive: true });
    const broken = project.fakeProgram('npm', 'echo "npm error code E500"; exit 1');
    const { code, stderr } = await project.run(['setup'], broken);
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: expect.stringContaining('npm ci failed (exit code 1):\n  npm error code E500'),
    });
  });

  test('does not let npm choose when package.json and the lock file disagree', async () => {
    rmSync(project.file('node_modules'), { recursive: true });
    const before = readFileSync(project.file('package.json'), 'utf8');
    project.write('package.json', before.replace('file:packages/typescript', '^7.0.0'));
    const { code, stderr } = await project.run(['setup']);
    project.write('package.json', before);
    expect(stderr).toContain(
      'package.json and package-lock.json disagree about typescript. Type: npm install',
    );
    expect(code).toBe(1);
  });

  test('ends with the compiler’s lines when it fails, and compiles again next time', async () => {
    project.write('src/extra.ts', 'wrong');
    project.write('tsc-does', 'fail');
    const failed = await project.run(['demo']);
    expect(failed.code).toBe(1);
    expect(failed.stderr).toMatch(/Compiling failed \(exit code 2\):\n {2}src\/a\.ts\(1,1\): error TS1/);
    expect(project.takeLog()).toEqual(['compiled']);
    rmSync(project.file('tsc-does'));
    await project.run(['demo']);
    expect(project.takeLog()[0]).toBe('compiled');
  });

  test('many at once share the work, whoever was killed with the lock before', async () => {
    project.write('src/extra.ts', `// ${Date.now()}`);
    project.write('.slipway/setup.lock', '999999999\n');
    const runs = await Promise.all([1, 2, 3, 4].map(() => project.run(['setup'])));
    expect(runs.map(({ code }) => code)).toEqual([0, 0, 0, 0]);
    expect(project.takeLog().filter((line) => line === 'compiled')).toHaveLength(1);
  });

  test('that is killed leaves no process, and its lock to one that waits, whatever name stands in that', async () => {
    project.write('src/extra.ts', `// ${Date.now()} hangs`);
    project.write('tsc-does', 'hang');
    rmSync(project.file('hanging'), { force: true });
    const killed = project.start(['setup']);
    await until('the compiler starts', () => existsSync(project.file('hanging')));
    const compiler = Number(readFileSync(project.file('hanging'), 'utf8'));
    project.write('.slipway/setup.lock', '999999999\n');
    const next = project.start(['setup']);
    const ended = once(next, 'close');
    let said = '';
    next.stderr.on('data', (text: Buffer) => (said += text.toString()));
    try {
      await until('the next one waits', () => said.includes('Waiting for another set-up of this folder'));
      expect(project.takeLog()).toEqual(['compiled']);
    } catch (error) {
      next.kill('SIGKILL');
      throw error;
    } finally {
      rmSync(project.file('tsc-does'));
      killed.kill('SIGKILL');
    }
    await until('the compiler is gone', () => identify(compiler) === undefined);
    expect(await ended).toEqual([0, null]);
    expect(project.takeLog()[0]).toBe('compiled');
  });

  test('hands a signal on to the program and ends as it ends', async () => {
    const running = project.start(['demo', '--', '--hang']);
    const [line] = (await once(running.stdout, 'data')) as [Buffer];
    const program = Number(/\d+/.exec(line.toString())?.[0]);
    running.kill('SIGINT');
    const [code] = (await once(running, 'close')) as [number];
    expect({ code, left: identify(program) }).toEqual({ code: 7, left: undefined });
  });
});

test.each([
  [['nonsense'], 2, /There is no task "nonsense"\.\nnode setup\/run\.mjs <task>/],
  [[], 2, /^node setup\/run\.mjs <task>/],
  [['--help'], 0, /demo +an upgrade in the lab/],
])('%j is answered with what there is', async (args, code, text) => {
  const result = await project.run(args);
  expect(result.stderr).toMatch(text);
  expect(result.code).toBe(code);
});

test('all that a machine lacks is said at once', async () => {
  const bare = project.file('bare');
  mkdirSync(bare, { recursive: true });
  const { code, stderr } = await project.run(['demo'], { PATH: bare });
  expect(stderr.match(/^\* \S+/gm)).toEqual(['* git', '* npm', '* setpriv', '* flock']);
  expect(code).toBe(1);
});

test('a machine without Go is told before minutes are spent, unless all is in the cache', async () => {
  const few = project.file('few');
  mkdirSync(few, { recursive: true });
  for (const name of ['git', 'setpriv', 'flock', 'cat', 'true', 'npm', 'node', 'sh', 'env']) {
    const found = (process.env['PATH'] ?? '').split(':').find((folder) => existsSync(`${folder}/${name}`));
    if (found !== undefined) symlinkSync(`${found}/${name}`, `${few}/${name}.new`);
    if (found !== undefined) renameSync(`${few}/${name}.new`, `${few}/${name}`);
  }
  const warnsFor = async (...names: string[]): Promise<boolean> =>
    (await project.run(['setup', ...names], { PATH: few })).stderr.startsWith(
      'There is no Go on PATH (1.26 or later builds what cannot be downloaded)',
    );
  mkdirSync(project.file('cache/slipway/bin/talosctl/1.12.1'), { recursive: true });
  expect(await warnsFor('kubectl')).toBe(true);
  expect(await warnsFor('talosctl')).toBe(false);
  expect(await warnsFor('talosctl', 'talosctl-1.13')).toBe(true);
  mkdirSync(project.file('cache/slipway/bin/talosctl/1.13.9'));
  expect(await warnsFor('talosctl', 'talosctl-1.13')).toBe(false);
});
