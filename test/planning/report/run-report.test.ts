import { describe, expect, test } from '@jest/globals';
import { runReportMarkdown } from '../../../src/planning/report/run-report.js';
import { aNodeResult, aRun } from '../a-run.js';
import { aReplacingCluster } from '../a-replacing-cluster.js';
import { everyReason } from '../reasons/every-reason.js';

const report = runReportMarkdown(aRun());

describe('the report of a run that went well', () => {
  test.each([
    [
      'who, when and how long',
      '- Asked for by ops@example, started 2026-11-21 14:00 UTC, ended 2026-11-21 14:35 UTC, 35m.',
    ],
    ['the order', '- Order, once it was known who leads etcd: ctrl-2, ctrl-3, ctrl-1, work-1.'],
    ['each node', '| ctrl-2 | done | v1.12.1 → v1.12.6 | 7m30s | runs the new version |'],
    ['each step, with its note', '| drain | 2026-11-21 14:01:06 | 40s | drain went well |'],
    [
      'the snapshot, and that it restores',
      '| prox-ops-42-1.snapshot.age | 2026-11-21 14:00 UTC | ctrl-3 | 4.0 MiB | 8123 | 512 | restored and compared |',
    ],
    ['what waits cost', '| install and reboot | 6m | 1m30s (ctrl-2) |'],
    [
      'the target of a node',
      '- A node in place, its soak apart: 3m or less. Here 2m30s on average; all within it.',
    ],
    ['the target of the whole', '- Fifteen nodes in 2h, so 4 nodes in 32m. Here 35m.'],
    [
      'what lags behind',
      '- Machine configuration of ctrl-2, ctrl-3 and ctrl-1: Talos leaves `machine.install.image` as it was.',
    ],
    [
      'the Terraform variable',
      'The Terraform variable that carries the Talos version: `v1.12.6`. Its name is a guess, `talos_version` in most modules; nobody looked.',
    ],
    ['the plan by its hash', '4 nodes, 1 hop, hash `'],
  ])('says %s', (_name, words) => expect(report).toContain(words));

  test('has no reasons and no nodes that were never begun', () => {
    expect(report).not.toContain('## Why');
    expect(report).not.toContain('## In git');
    expect(report).not.toContain('Left behind');
    expect(report).not.toMatch(/undefined|NaN|\[object/);
  });
});

describe('the report of a run that halted', () => {
  const failed = aNodeResult('ctrl-3', 600, {
    outcome: 'halted',
    state: 'back-on-old',
    reason: { ...everyReason['back-on-old-version'], node: 'ctrl-3' },
    failedStep: 'await-boot',
    undoFailed: everyReason['kubernetes-unreachable'],
    attempt: 2,
  });
  const halted = aRun({
    outcome: 'halted',
    nodes: [aNodeResult('ctrl-2', 60), failed],
    reasons: failed.reason ? [failed.reason] : [],
    stillDeclared: { talos: 'v1.12.6', commit: 'c0ffee'.repeat(6), came: 'merged' },
  });
  const text = runReportMarkdown(halted);

  test.each([
    ['that the cluster is held', '**Halted: the cluster is held until somebody releases it.**'],
    ['why', '- ctrl-3 came back on v1.12.1 after the install of v1.12.6'],
    [
      'what to type, with the address of the node',
      '      talosctl -n 10.20.67.3 -e 10.20.67.3 dmesg  # why it did not boot what was installed',
    ],
    ['how git is made to say what runs', '      git revert c0ffeec0ffee  # git still declares Talos v1.12.6'],
    ['where it stopped', 'Stopped at **await-boot**: ctrl-3 came back'],
    ['that the undo failed too', 'Taking it back failed: the Kubernetes API does not answer'],
    ['which attempt it was', '### ctrl-3, attempt 2'],
    ['who was never begun', '- ctrl-1 and work-1: never begun, on Talos v1.12.1.'],
    ['what was stopped midway', '- ctrl-3: begun, and stopped on the way, on Talos v1.12.1.'],
    [
      'the annotations it carries',
      '- ctrl-3 carries slipway.dev/run, slipway.dev/cordoned-by, slipway.dev/install;',
    ],
    ['only what was done as lagging', 'Machine configuration of ctrl-2: Talos'],
  ])('says %s', (_name, words) => expect(text).toContain(words));
});

describe('any report', () => {
  test('says that git does not declare the target, and what to write', () => {
    const text = runReportMarkdown(aRun({ declared: false }));
    expect(text).toContain('slipway.yaml does **not** declare Talos v1.12.6');
    expect(text).toContain('`versions.talos` in slipway.yaml: it does not say v1.12.6');
  });

  test('names the Terraform variable as slipway.yaml names and writes it', () => {
    const text = runReportMarkdown(aRun({ inventory: aReplacingCluster().inventory }));
    expect(text).toContain('The Terraform variable `talos_version`: `1.12.6`. slipway.yaml names it.');
    expect(text).not.toContain('guess');
  });

  test.each(['refused', 'nothing-to-do', 'aborted'] as const)(
    'can be made of a run that was %s, without a plan',
    (outcome) => {
      const { plan: _, ...bare } = aRun({
        outcome,
        nodes: [],
        snapshots: [],
        order: [],
        reasons: [everyReason['version-unknown']],
      });
      const text = runReportMarkdown(bare);
      expect(text).toContain('# Run 42: prox-ops to Talos v1.12.6');
      expect(text).toContain('the Image Factory knows no Talos v1.12.99');
      expect(text).not.toContain('## Nodes');
      expect(text).not.toContain('still names the old version');
    },
  );

  test('keeps text from elsewhere in its place', () => {
    const nasty = 'a | b\n# title <script> `x` [link](http://x)';
    const node = aNodeResult('ctrl-2', 60);
    const steps = node.steps.map((step) => ({ ...step, note: nasty }));
    const text = runReportMarkdown(aRun({ requestedBy: nasty, nodes: [{ ...node, steps }] }));
    expect(text).not.toContain('\n# title');
    expect(text).not.toContain('<script>');
    expect(text).not.toContain('[link](');
    for (const line of text.split('\n').filter((row) => row.startsWith('| drain'))) {
      expect(line.replaceAll(/\\\|/g, '').split('|')).toHaveLength(6);
    }
  });
});
