import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
import { projectRoot } from '../../src/tools/project-root.js';

const folder = mkdtempSync(path.join(os.tmpdir(), 'slipway-import-rules-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** importer, what it imports, the rule that refuses it (none: allowed). */
const cases: readonly [from: string, to: string, rule?: string][] = [
  ['src/inventory/a', 'zod'],
  ['src/inventory/a', 'semver', 'src-inventory-packages'],
  ['src/inventory/a', 'src/planning/plan/plan', 'src-inventory-ours'],
  ['src/planning/a', 'semver'],
  ['src/planning/a', 'node:crypto'],
  ['src/planning/a', 'node:fs', 'src-planning-machine'],
  ['src/planning/a', 'zod', 'src-planning-packages'],
  ['src/planning/a', 'src/inventory/load', 'src-planning-ours'],
  ['src/workflows/a', '@temporalio/workflow'],
  ['src/workflows/a', 'src/planning/reasons/describe'],
  ['src/workflows/a', 'src/planning/plan/plan', 'src-workflows-ours'],
  ['src/workflows/a', 'src/tools/kubectl', 'src-workflows-ours'],
  ['src/workflows/a', 'node:crypto', 'src-workflows-machine'],
  ['src/workflows/a', '@temporalio/client', 'src-workflows-packages'],
  ['src/activities/a', 'src/planning/plan/plan'],
  ['src/activities/a', 'src/tools/kubectl'],
  ['src/activities/a', 'src/workflows/messages'],
  ['src/activities/a', 'src/workflows/upgrade-node', 'src-activities-ours'],
  ['src/activities/a', 'execa', 'one-door-to-processes'],
  ['src/activities/a', '@kubernetes/client-node', 'src-activities-packages'],
  ['src/tools/a', '@kubernetes/client-node'],
  ['src/tools/a', 'src/activities/index', 'src-tools-ours'],
  ['src/tools/a', 'node:child_process', 'one-door-to-processes'],
  ['src/tools/run-command', 'execa'],
  ['src/worker/a', 'src/activities/index'],
  ['src/worker/a', 'src/cli/main', 'src-worker-ours'],
  ['src/starter/a', 'src/workflows/messages'],
  ['src/starter/a', 'src/workflows/delivery-messages'],
  ['src/starter/a', 'src/tools/git-host/github'],
  ['src/starter/a', 'src/tools/kubectl', 'src-starter-ours'],
  ['src/starter/a', 'execa', 'one-door-to-processes'],
  ['src/starter/a', 'fastify'],
  ['src/starter/a', '@octokit/core', 'src-starter-packages'],
  ['src/starter/a', 'src/activities/index', 'src-starter-ours'],
  ['src/serve/service-process', 'execa'],
  ['src/serve/a', 'execa', 'one-door-to-processes'],
  ['src/serve/a', 'src/tools/tool-path'],
  ['src/serve/a', 'src/worker/main', 'src-serve-ours'],
  ['src/serve/a', 'zod', 'src-serve-packages'],
  ['src/cli/a', 'src/serve/serve'],
  ['src/cli/a', 'src/workflows/messages'],
  ['src/cli/a', 'src/workflows/upgrade-node', 'src-cli-ours'],
  ['src/cli/a', 'src/tools/observe-cluster'],
  ['src/cli/a', 'src/starter/enqueue-upgrade'],
  ['src/cli/a', 'src/tools/run-command', 'src-cli-only-looks'],
  ['src/cli/a', 'lab/machines/machine', 'product-knows-no-lab'],
  ['lab/machines/a', 'src/tools/project-root'],
  ['lab/machines/a', 'src/workflows/upgrade-node', 'lab-knows-no-workflow'],
  ['lab/machines/a', 'node:child_process', 'one-door-to-processes'],
  ['lab/machines/a', 'test/scenarios/world', 'lab-knows-no-test'],
  ['lab/processes/a', 'node:child_process'],
  ['lab/watcher/a', 'lab/watcher/b'],
  ['lab/watcher/a', 'src/tools/project-root', 'watcher-is-independent'],
  ['lab/watcher/a', 'lab/machines/machine', 'watcher-is-independent'],
];

/** Writes each importer as a file of its own, beside a file for each thing of ours that is imported. */
function writeTree(): void {
  const write = (file: string, text: string): void => {
    mkdirSync(path.dirname(path.join(folder, 'dist', file)), { recursive: true });
    writeFileSync(path.join(folder, 'dist', file), text);
  };
  cases.forEach(([, to]) => /^(src|lab|test)\//.test(to) && write(`${to}.js`, 'export const x = 1;\n'));
  cases.forEach(([from, to], index) => {
    const ours = /^(src|lab|test)\//.test(to);
    const file = importerOf(from, index);
    const target = ours ? `./${path.relative(path.dirname(file), `${to}.js`)}` : to;
    write(file, `import * as x from '${target}';\nexport const y = x;\n`);
  });
  write('src/tools/one.js', "import './two.js';\n");
  write('src/tools/two.js', "import './one.js';\n");
  cpSync(path.join(projectRoot, '.dependency-cruiser.mjs'), path.join(folder, '.dependency-cruiser.mjs'));
  cpSync(path.join(projectRoot, 'package.json'), path.join(folder, 'package.json'));
  symlinkSync(path.join(projectRoot, 'node_modules'), path.join(folder, 'node_modules'));
}

/** A file a rule is about by its own name keeps it; others are numbered, so that each case is seen alone. */
function importerOf(from: string, index: number): string {
  return from.endsWith('/a') ? `${from}${index}.js` : `${from}.js`;
}

test('each folder may import what its rule allows, and is refused the rest with advice', () => {
  writeTree();
  const cruise = path.join(folder, 'node_modules/dependency-cruiser/bin/dependency-cruise.mjs');
  const args = [
    cruise,
    '--config',
    '.dependency-cruiser.mjs',
    '--output-type',
    'json',
    'dist/src',
    'dist/lab',
  ];
  const { stdout, stderr } = spawnSync(process.execPath, args, {
    cwd: folder,
    encoding: 'utf8',
    maxBuffer: 1e8,
  });
  expect(stderr).toBe('');
  const { summary } = JSON.parse(stdout) as {
    summary: { violations: { from: string; rule: { name: string }; comment?: string }[] };
  };
  const found = new Set(summary.violations.map(({ from, rule }) => `${from}: ${rule.name}`));
  const verdicts = cases.map(([from, to, rule], index) => {
    const prefix = `dist/${importerOf(from, index)}: `;
    const refusedBy = [...found]
      .filter((line) => line.startsWith(prefix))
      .map((line) => line.slice(prefix.length));
    return { from, to, as: rule !== undefined && refusedBy.includes(rule) ? rule : refusedBy.join() };
  });
  expect(verdicts).toEqual(cases.map(([from, to, rule = '']) => ({ from, to, as: rule })));
  expect([...found]).toContain('dist/src/tools/one.js: no-cycle');
});
