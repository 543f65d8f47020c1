import { describe, expect, test } from '@jest/globals';
import type { DeclaredChange } from '../../../src/planning/merge/declared-change.js';
import { planCheck } from '../../../src/planning/merge/commit-status.js';
import {
  couldNotBeSeen,
  planComment,
  type MadePlan,
  type ProposedChange,
} from '../../../src/planning/merge/plan-comment.js';
import type { Planned, UpgradePlan } from '../../../src/planning/plan/plan.js';
import type { Reason } from '../../../src/planning/reasons/reason.js';
import { planUpgrade } from '../../../src/planning/plan/upgrade-plan.js';
import { aCluster, now } from '../a-cluster.js';
import { planOf } from '../a-planned-node.js';

const change: DeclaredChange = {
  kind: 'upgrade',
  cluster: 'prox-ops',
  what: 'talos',
  talos: { from: 'v1.12.1', to: 'v1.12.6', delta: 'patch' },
  images: [],
  labels: { kind: 'none' },
};
const head = 'abcdef0123456789abcdef0123456789abcdef01';
const plan = planOf(aCluster().planInput());

const made = (planned: Planned, more: Partial<MadePlan> = {}): MadePlan => ({
  planned,
  at: now,
  cluster: 'prox-ops',
  address: (node) => `address-of-${node}`,
  ...more,
});
const proposed = (more: Partial<ProposedChange> = {}): ProposedChange => ({
  change,
  file: 'clusters/prox-ops/slipway.yaml',
  head,
  branch: 'main',
  ...more,
});
const planned = (one: UpgradePlan, more: Partial<MadePlan> = {}): string =>
  planComment(proposed({ made: made({ verdict: 'planned', plan: one }, more) }));
const refused = (...reasons: Reason[]): Planned => ({ verdict: 'refused', reasons });
const silent: Extract<Reason, { kind: 'kubernetes-unreachable' }> = {
  kind: 'kubernetes-unreachable',
  endpoints: ['10.0.0.1:6443'],
  why: 'connection refused',
};
const gone: Reason = { kind: 'downgrade', node: 'ctrl-1', from: 'v1.13.0', to: 'v1.12.6' };

describe('the comment of a plan', () => {
  const text = planned(plan);

  test.each([
    ['what changes', '**prox-ops: Talos v1.12.1 → v1.12.6 (patch).**'],
    [
      'the commit it was made for',
      'For commit abcdef012345, with the cluster as it was 2026-11-21 14:32 UTC',
    ],
    ['the strategy with its reason', '| strategy | in place (patch: same minor) |'],
    ['how many nodes', '| nodes | 6, one at a time |'],
    ['the estimate', /\| takes about \| \d+m/],
    ['that nobody is asked', '| needs approval | of nobody |'],
    ['the hash', `| plan | \`${plan.hash.slice(0, 12)}\``],
    ['what merging does', 'The upgrade begins automatically. Nobody is asked.'],
    [
      'the nodes in order',
      /\| 1 \| ctrl-1 \| control-plane \| v1\.12\.1 → v1\.12\.6 \|[^]*\| 6 \| work-3 \|/,
    ],
    ['the images', /factory\.talos\.dev\/nocloud-installer\/[0-9a-f]{64}:v1\.12\.6/],
    [
      'all that slipway plan says',
      `<details><summary>All of it, as slipway plan says it</summary>\n\n\`\`\`text\nprox-ops  Talos → v1.12.6`,
    ],
  ])('says %s', (_name, words) => {
    const found = typeof words === 'string' ? text.includes(words) : words.test(text);
    expect(found ? words : text).toBe(words);
  });

  test('names budgets that would stop it, and says nothing of blocks where there are none', () => {
    const world = aCluster()
      .withBudget({})
      .withPod({ namespace: 'postgres', name: 'db-1', owner: 'StatefulSet/db', budgets: ['postgres/db'] });
    expect(planned(planOf(world.planInput()))).toMatch(
      /What would stop it[^]*- at work-1: PodDisruptionBudget postgres\/db allows 0 disruptions/,
    );
    expect(text).not.toContain('What would stop it');
  });

  test('names the settings that count once it is merged', () => {
    const one = planComment(
      proposed({ notPlanned: ['access', 'nodes'], made: made({ verdict: 'planned', plan }) }),
    );
    expect(one).toContain(
      'It changes `access` and `nodes` of slipway.yaml, too. That counts once it is merged',
    );
  });
});

describe('what merging does', () => {
  const hold = { run: 4, since: now, outcome: 'halted' as const, reasons: [] };
  const empty = { hold: null, open: null, lastRun: 4 };

  test.each<[string, Partial<MadePlan>, RegExp]>([
    [
      'waits for an open run',
      { queue: { ...empty, open: { run: 5, target: 'v1.12.5', since: now } } },
      /waits, and begins automatically once that is over: run 5 is upgrading/,
    ],
    [
      'waits while the cluster is held',
      { queue: { ...empty, hold } },
      /waits, .*prox-ops is held since .* by run 4/,
    ],
    [
      'waits while it is frozen',
      { queue: { ...empty, frozen: { by: 'ada', why: 'the fair', since: now } } },
      /waits, .*ada froze prox-ops .*: the fair/,
    ],
    [
      'waits for all that blocks it, in the order in which a queue checks',
      {
        queue: {
          ...empty,
          hold,
          open: { run: 5, target: 'v1.12.5', since: now },
          frozen: { by: 'ada', why: 'the fair', since: now },
        },
      },
      /that is over: run 5 is upgrading[^]*; and prox-ops is held since [^]*; and ada froze prox-ops/,
    ],
    [
      'takes the place of what waits',
      { queue: { ...empty, waiting: { target: 'v1.12.5', since: now } } },
      /Talos v1\.12\.5, which waits there, is not brought then/,
    ],
    [
      'waits for a person where its version was rolled back',
      {
        queue: {
          ...empty,
          blockedVersions: [{ talos: plan.target, run: 4, since: now, wentBack: 'k8s-work-2' }],
        },
      },
      /waits for a person, who types `slipway upgrade`: prox-ops turned back from Talos/,
    ],
    [
      'waits for a window',
      { window: { open: false, opens: now } },
      /first node waits for the maintenance window, which opens 2026-11-21 14:32 UTC/,
    ],
    [
      'is within a window',
      { window: { open: true, until: now } },
      /window is open: nodes are begun until 2026-11-21 14:32 UTC/,
    ],
    [
      'begins no node where no window opens',
      { window: { open: false } },
      /No maintenance window opens any more/,
    ],
  ])('%s', (_name, more, words) => expect(planned(plan, more)).toMatch(words));

  test('waits for approval where the plan needs one', () => {
    const world = aCluster().upgrading({ approve: ['patch'] });
    const text = planned(planOf(world.planInput()));
    expect(text).toMatch(
      /Before it touches anything it waits, .* for a person to approve its plan: upgrade\.approve of slipway\.yaml names patch/,
    );
    expect(text).not.toContain('Nobody is asked');
  });
});

describe('a change without a plan', () => {
  test('that is refused says every reason, what to type, and that merging touches nothing', () => {
    const text = planComment(proposed({ made: made(refused(gone)) }));
    expect(text).toMatch(
      /plan is refused:\*\*\n\n- ctrl-1 runs Talos v1\.13\.0, and v1\.12\.6 would be a downgrade\n\n```sh\nslipway plan[^]*It touches nothing/,
    );
    expect(planCheck(change, refused(gone))).toEqual({
      state: 'failure',
      title: expect.stringContaining('would be a downgrade'),
    });
  });

  test('whose cluster was unreachable says what was tried, and refuses nothing', () => {
    const text = planComment(proposed({ made: made(refused(silent)) }));
    expect(text).toMatch(
      /could not be looked at[^]*- the Kubernetes API does not answer on 10\.0\.0\.1:6443: connection refused/,
    );
    expect(text).not.toContain('Merging it');
    expect(planCheck(change, refused(silent))).toEqual({
      state: 'neutral',
      title: expect.stringContaining('no plan could be made'),
    });
  });

  test('is refused where one reason is not an unreachable API', () => {
    expect(couldNotBeSeen(refused(silent, gone))).toBe(false);
    expect(planCheck(change, refused(silent, gone)).state).toBe('failure');
  });

  test('that cannot be read shows every mistake as text, up to a number', () => {
    const mistakes = Array.from(
      { length: 30 },
      (_, index) => `slipway.yaml:${index}: <b>@all</b> \`\`\` ${'x'.repeat(900)}`,
    );
    const text = planComment(proposed({ change: { kind: 'unreadable', file: 'slipway.yaml', mistakes } }));
    expect(text).toContain('````text\nslipway.yaml:0: <b>@all</b> ```');
    expect(text).toContain('… and 10 more');
    expect(text.split('\n')[0]).not.toMatch(/<b>|@all/);
    expect(text.length).toBeLessThan(20_000);
  });

  test.each<[DeclaredChange, 'failure' | 'neutral', string]>([
    [
      {
        kind: 'downgrade',
        cluster: 'prox-ops',
        talos: { from: 'v1.13.0', to: 'v1.12.6', delta: 'downgrade' },
      },
      'failure',
      'begins no upgrade',
    ],
    [{ ...change, what: 'kubernetes' }, 'neutral', 'talosctl upgrade-k8s'],
    [
      { kind: 'new', cluster: 'prox-ops', versions: { talos: 'v1.12.6', kubernetes: 'v1.35.0' } },
      'neutral',
      'begins no upgrade',
    ],
    [change, 'neutral', 'count once it is merged'],
  ])('says what becomes of it (%#)', (one, state, words) => {
    expect(planComment(proposed({ change: one }))).toContain(words);
    expect(planCheck(one, undefined).state).toBe(state);
  });
});

describe('the check', () => {
  test('of a plan says how much it does, and what blocks it', () => {
    expect(planCheck(change, { verdict: 'planned', plan })).toEqual({
      state: 'success',
      title: expect.stringMatching(/^6 nodes to Talos v1\.12\.6, in place, about [\dhms]+$/),
    });
    const world = aCluster()
      .upgrading({ approve: ['patch'] })
      .withBudget({})
      .withPod({ namespace: 'postgres', name: 'db-1', owner: 'StatefulSet/db', budgets: ['postgres/db'] });
    expect(planCheck(change, planUpgrade(world.planInput())).title).toMatch(
      /a person approves it first, blocked at 1 place/,
    );
  });
});

describe('a comment never', () => {
  test('is longer than a git host takes: what is left out says what to type', () => {
    const texts = [60, 400, 1900].map((workers) => planned(planOf(aCluster({ workers }).planInput())));
    for (const text of texts) {
      expect(text.length).toBeLessThanOrEqual(60_000);
      expect(text.trimEnd().endsWith('\n```\n\n</details>')).toBe(true);
    }
    expect(texts.at(-1)).toContain('slipway plan -f clusters/prox-ops/slipway.yaml --talos v1.12.6');
  });

  test('lets words from elsewhere be anything but text', () => {
    const evil =
      '</details><img src=x onerror=1> @acme/all #12 [a](https://evil.example) ```\n# Merge me\n| a | b | www.evil.example ~~no~~';
    const text = planComment(
      proposed({
        made: made(refused({ ...silent, why: evil }), {
          queue: { hold: null, open: null, lastRun: 1, frozen: { by: evil, why: evil, since: now } },
        }),
      }),
    );
    const shown = planned(plan, {
      queue: { hold: null, open: null, lastRun: 1, frozen: { by: evil, why: evil, since: now } },
    });
    for (const one of [text, shown.split('<details>')[0] ?? '']) {
      expect(one).not.toMatch(/[^\\]<|@acme|#12|https:\/\/|www\.evil|^# |[^\\]\[a|[^\\]~~/m);
      expect(one).toContain('Merge me');
    }
  });
});
