import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe as group, expect, test } from '@jest/globals';
import {
  describe,
  describeNode,
  describeStep,
  holdSentence,
} from '../../../src/planning/reasons/describe.js';
import { steps, type StepName } from '../../../src/planning/steps/node-steps.js';
import type { Reason } from '../../../src/planning/reasons/reason.js';
import type { Hold, NodeResult } from '../../../src/planning/report/run-result.js';
import { projectRoot } from '../../../src/tools/project-root.js';
import { everyReason } from './every-reason.js';

const reasons = Object.values(everyReason);
/** Fields whose value is put into other words. */
const notQuoted = new Set([
  'kind',
  'what',
  'since',
  'at',
  'requestedAt',
  'neededUntil',
  'strategy',
  'state',
  'again',
  'commit',
]);

group('the sentence of a reason', () => {
  test('reports no member as lost where another one is unhealthy', () => {
    const sentenceOf = (node: string): string =>
      describe({
        kind: 'etcd-not-rejoined',
        node: 'ctrl-2',
        why: `the etcd member on ${node} is still a learner`,
        reason: { kind: 'etcd-learner', node },
      });
    expect(sentenceOf('ctrl-3')).toMatch(/^etcd is not well since ctrl-2 is back: the etcd member on ctrl-3/);
    expect(sentenceOf('ctrl-2')).toMatch(/^the etcd member on ctrl-2 did not come back: /);
  });

  test.each(reasons.map((reason) => [reason.kind, reason] as const))(
    '%s is one, with everything that is known',
    (_kind, reason) => {
      const sentence = describe(reason);
      expect(sentence).not.toMatch(/undefined|null|NaN|\[object|Invalid/);
      expect(sentence).not.toMatch(/[.!\n]$/);
      expect(sentence).not.toContain('\n');
      expect(sentence.length).toBeGreaterThan(15);
      const fields: [string, unknown][] = Object.entries(reason);
      const words = fields.filter(([field]) => !notQuoted.has(field));
      for (const value of words.map((entry) => entry[1]).filter((one) => typeof one === 'string')) {
        expect(sentence).toContain(value.replace(/[.!]+$/, ''));
      }
    },
  );

  test.each<[Reason, string]>([
    [
      everyReason['extensions-would-go'],
      'schematic ccc would take iscsi-tools and util-linux-tools away from work-1, and slipway.yaml does not give them up',
    ],
    [
      { ...everyReason['extensions-would-go'], lost: ['iscsi-tools'] },
      'schematic ccc would take iscsi-tools away from work-1, and slipway.yaml does not give it up',
    ],
    [
      everyReason['armed-with-other'],
      'work-1 has v1.13.5 installed and not booted; installing v1.13.9 on top could overwrite the slot it runs from',
    ],
    [everyReason['schematic-unknown'], 'factory.talos.dev has no schematic ccc'],
    [
      everyReason['install-failed'],
      'the installer on work-1 failed, and the node still runs what it ran: installer failed with exit code 1',
    ],
    [
      everyReason['reboot-unanswered'],
      'work-1 shows no sign of the reboot that was, or may have been, asked for 2026-11-21 14:32 UTC; ' +
        'what is installed on it boots with its next reboot, whatever causes it',
    ],
    [
      everyReason['node-stays-not-ready'],
      'work-1 runs v1.12.6 and is not Ready since 2026-11-21 14:32 UTC: container runtime is down',
    ],
    [
      { ...everyReason['node-stays-not-ready'], version: undefined },
      'work-1 has booted and is not Ready since 2026-11-21 14:32 UTC: container runtime is down',
    ],
    [
      everyReason['rollback-unanswered'],
      'work-1 shows no sign of the rollback to v1.12.1 that was, or may have been, asked for 2026-11-21 14:32 UTC; ' +
        'it is not asked for again automatically, since a second one could go forward again',
    ],
    [
      everyReason['rollback-not-booted'],
      'work-1 was to roll back to v1.12.1 and came back on v1.12.6 (boot id changed, version did not); ' +
        'it is not asked for again automatically',
    ],
    [everyReason['fleet-halted'], 'it went no further, because work-2 stopped first'],
    [everyReason['pause-expired'], 'it was paused by ops@example: lunch, and nobody resumed it within 24h'],
    [
      everyReason['flow-unavailable'],
      'nodes that run Talos v1.14.2 are upgraded in a way this version of Slipway does not know; it knows Talos up to 1.13',
    ],
    [
      everyReason['drain-blocked'],
      'postgres/db-1 (StatefulSet/db) does not leave work-1: PodDisruptionBudget postgres/db allows 0 disruptions ' +
        '(1 healthy, 1 must stay so), asked in 3 attempts',
    ],
    [
      everyReason['budget-impossible'],
      'PodDisruptionBudget postgres/db allows 0 disruptions and always will (1 of 1 healthy, 1 must stay so): ' +
        'postgres/db-1 (StatefulSet/db) cannot be evicted',
    ],
    [
      { ...everyReason['back-on-old-version'], unconfirmed: true },
      'work-1 came back on v1.12.1 from its reboot; whether v1.12.6 was installed before is not known, since the answer ' +
        'to that request was lost; it is not asked for again automatically',
    ],
    [
      everyReason['back-on-old-version'],
      'work-1 came back on v1.12.1 after the install of v1.12.6 (boot id changed, version did not); ' +
        'the image is not installed again automatically',
    ],
    [
      everyReason['pods-in-trouble'],
      '3 pods are in trouble: kube-system/coredns-1 (CrashLoopBackOff) and 2 more',
    ],
    [
      everyReason['soak-broken'],
      '1m12s after work-1 a gate closed and stayed closed: etcd has no leader that all of its members follow',
    ],
    [
      everyReason['gave-up'],
      'waited 10m for this: the gates before work-1; the last that was seen: Kubernetes has no Node work-2',
    ],
    [
      everyReason['node-not-ready'],
      'work-1 is not Ready since 2026-11-21 14:32 UTC: Kubelet stopped posting node status',
    ],
    [
      { ...everyReason['drain-failed'], attempts: 0 },
      'work-1 cannot be drained: cannot delete Pods that declare no controller',
    ],
    [
      { ...everyReason['version-unknown'], newest: undefined },
      'the Image Factory knows no Talos v1.12.99, and no release of that minor',
    ],
    [
      { ...everyReason['etcd-behind'], entries: Number.NaN },
      'the etcd member on ctrl-3 does not say how far it has come',
    ],
    [
      { ...everyReason['kubernetes-unreachable'], endpoints: [] },
      'the Kubernetes API does not answer: connection refused',
    ],
    [
      { ...everyReason['inventory-disagrees'], what: 'unmanaged' },
      'Kubernetes has a Node work-1, and slipway.yaml does not name it',
    ],
  ])('%j', (reason, sentence) => expect(describe(reason)).toBe(sentence));

  test.each(reasons.map((reason) => [reason.kind, reason] as const))(
    '%s calls the previous version no new one, where it failed a rollback',
    (_kind, reason) => {
      const failed: Reason = { ...everyReason['rollback-failed'], state: 'back-on-old', reason };
      expect(describe(failed)).not.toContain('new version');
    },
  );

  test('is there for a reason a newer version made, too', () => {
    const reason = { kind: 'of-tomorrow' } as unknown as Reason;
    expect(describe(reason)).toBe(
      'something that a newer Slipway calls of-tomorrow, and this one has no words for',
    );
    expect(describe({ ...everyReason['rollback-failed'], reason })).toContain(
      'did not come back to v1.12.1: something that a newer Slipway calls of-tomorrow, and this one has no words for; it ',
    );
  });
});

group('other sentences', () => {
  test.each((Object.keys(steps) as StepName[]).map((step) => [step]))(
    '%s says what it does, and to which node',
    (step) => {
      expect(describeStep(step, 'work-1')).toBe(`work-1: ${steps[step].does}`);
    },
  );

  test('a hold names cluster, time, run and the first reason', () => {
    const hold: Hold = {
      run: 42,
      since: '2026-11-21T14:32:10.000Z',
      outcome: 'halted',
      reasons: [everyReason['node-missing']],
    };
    expect(holdSentence(hold, 'prox-ops')).toBe(
      'prox-ops is held since 2026-11-21 14:32 UTC by run 42: Kubernetes has no Node work-1',
    );
    const both = { ...hold, reasons: [everyReason['node-missing'], everyReason['etcd-no-leader']] };
    expect(holdSentence(both, 'prox-ops')).toContain('(and 1 more)');
    expect(holdSentence({ ...hold, outcome: 'terminated', reasons: [] }, 'prox-ops')).toContain(
      'the run was terminated',
    );
    expect(holdSentence({ ...hold, outcome: 'failed', reasons: [] }, 'prox-ops')).toContain('the run failed');
  });

  test.each<[Partial<NodeResult>, string]>([
    [{}, '✓ work-1 v1.12.1 → v1.12.6 3m12s'],
    [{ outcome: 'skipped' }, '✓ work-1 v1.12.6 (ran it already)'],
    [
      { outcome: 'halted', state: 'back-on-old', reason: everyReason['node-missing'] },
      '✗ work-1 runs the old version again, after 3m12s: Kubernetes has no Node work-1',
    ],
    [
      { outcome: 'halted', state: 'armed', cordoned: true, reason: everyReason['reboot-unanswered'] },
      '✗ work-1 has the new version installed, and boots it with its next reboot, whatever causes it, after 3m12s; ' +
        `it is still cordoned: ${describe(everyReason['reboot-unanswered'])}`,
    ],
    [{ outcome: 'undone', state: 'undone' }, '✗ work-1 is as it was before, after 3m12s'],
    [
      { outcome: 'halted', state: 'cordoned', undoFailed: everyReason['etcd-no-leader'] },
      '✗ work-1 is still cordoned by this run, after 3m12s; taking it back failed: etcd has no leader that all of its members follow',
    ],
  ])('a node %j is %s', (change, words) => {
    const result: NodeResult = {
      node: 'work-1',
      outcome: 'done',
      state: 'on-target',
      from: 'v1.12.1',
      to: 'v1.12.6',
      attempt: 1,
      startedAt: '2026-11-21T14:00:00.000Z',
      endedAt: '2026-11-21T14:03:12.000Z',
      steps: [],
      ...change,
    };
    expect(describeNode(result)).toBe(words);
  });
});

group('what workflows load with the sentences', () => {
  test('is plain code of planning: no package, nothing of Node', () => {
    const seen = new Set<string>();
    const packages = new Set<string>();
    follow(path.join(projectRoot, 'src/planning/reasons/describe.ts'), seen, packages);
    expect([...packages]).toEqual([]);
    expect([...seen].filter((file) => !file.startsWith('src/planning/'))).toEqual([]);
    expect(seen.size).toBeGreaterThan(5);
  });
});

/** Every file that is there at run time, and every package. */
function follow(file: string, seen: Set<string>, packages: Set<string>): void {
  const name = path.relative(projectRoot, file);
  if (seen.has(name)) return;
  seen.add(name);
  const imports = readFileSync(file, 'utf8').matchAll(
    /^(?:import|export) (?!type )[^;]*? from '(?<from>[^']+)'/gm,
  );
  for (const { groups } of imports) {
    const from = groups?.['from'] ?? '';
    if (from.startsWith('.'))
      follow(path.resolve(path.dirname(file), from.replace(/\.js$/, '.ts')), seen, packages);
    else packages.add(from);
  }
}
