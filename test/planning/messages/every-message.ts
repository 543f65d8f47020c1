import type { Message, MessageKind, MessageOf } from '../../../src/planning/messages/message.js';
import type { Reason } from '../../../src/planning/reasons/reason.js';

const about = {
  cluster: 'prox-ops',
  run: 42,
  at: '2026-11-21T14:32:00.000Z',
  link: 'https://temporal.lan/run/42',
} as const;
const check: Reason = {
  kind: 'gave-up',
  waitedFor: 'Ready',
  limit: 600_000,
  reason: { kind: 'etcd-no-leader' },
};
const nodes = { names: ['k8s-ctrl-1', 'k8s-work-1'], more: 13 };
const counts = { done: 14, skipped: 1, undone: 0, halted: 0, notBegun: 0 };

/** An example of each kind. */
export const everyMessage: { readonly [Kind in MessageKind]: MessageOf<Kind> } = {
  board: {
    ...about,
    kind: 'board',
    part: '7',
    target: 'v1.12.6',
    stands: 'in place',
    done: 4,
    of: 15,
    rows: [
      { node: 'k8s-ctrl-1', sign: 'done', words: 'v1.12.6 3m12s' },
      { node: 'k8s-work-2', sign: 'under-work', words: 'drain 47s' },
      { node: 'k8s-work-3', sign: 'to-come' },
    ],
    more: 12,
    now: ['waiting for postgres/db-1: PodDisruptionBudget postgres/db allows 0 disruptions'],
    commands: ['slipway skip k8s-work-2 prox-ops/42 --why "…"  # go on without it'],
    left: 1_860_000,
  },
  queued: {
    ...about,
    kind: 'queued',
    target: 'v1.12.7',
    reason: { kind: 'run-open', cluster: 'prox-ops', run: 42, target: 'v1.12.6' },
    by: 'anna',
  },
  superseded: { ...about, kind: 'superseded', target: 'v1.12.6', newer: 'v1.12.7', by: 'anna' },
  start: {
    ...about,
    kind: 'start',
    target: 'v1.12.6',
    from: ['v1.12.1'],
    strategy: 'in-place',
    why: 'patch: same minor',
    nodes,
    hops: 1,
    estimate: 3_600_000,
    by: 'anna',
    commit: '0123456789abcdef0123456789abcdef01234567',
  },
  approval: {
    ...about,
    kind: 'approval',
    target: 'v2.0.0',
    plan: 'f'.repeat(64),
    why: 'upgrade.approve names major',
    nodes,
    until: '2026-11-22T14:32:00.000Z',
    commands: ['slipway approve prox-ops/42 --plan ffffffffffff --by "NAME" --reason "…"  # let it begin'],
  },
  waiting: {
    ...about,
    kind: 'waiting',
    what: 'PodDisruptionBudget postgres/db allows 0 disruptions',
    since: '2026-11-21T14:27:00.000Z',
    until: '2026-11-21T14:42:00.000Z',
    node: 'k8s-work-2',
    commands: ['slipway skip k8s-work-2 prox-ops/42 --why "…"  # go on without it'],
  },
  reminder: {
    ...about,
    kind: 'reminder',
    what: "a person's approval",
    since: '2026-11-21T12:32:00.000Z',
    commands: ['slipway approve prox-ops/42 --plan ffffffffffff --by "NAME" --reason "…"'],
  },
  decided: {
    ...about,
    kind: 'decided',
    decision: { kind: 'retry', by: 'Ada', why: 'the disk was replaced', node: 'k8s-work-2' },
  },
  'node-done': {
    ...about,
    kind: 'node-done',
    node: 'k8s-work-2',
    from: 'v1.12.1',
    to: 'v1.12.6',
    took: 192_000,
    place: 5,
    of: 15,
  },
  halt: {
    ...about,
    kind: 'halt',
    target: 'v1.12.6',
    node: 'k8s-work-2',
    state: 'back-on-old',
    reasons: [check],
    until: '2026-11-22T14:32:00.000Z',
  },
  rollback: { ...about, kind: 'rollback', node: 'k8s-work-2', from: 'v1.12.6', to: 'v1.12.1', check },
  'rolled-back': {
    ...about,
    kind: 'rolled-back',
    node: 'k8s-work-2',
    from: 'v1.12.6',
    to: 'v1.12.1',
    check,
    took: 90_000,
  },
  'rollback-failed': {
    ...about,
    kind: 'rollback-failed',
    node: 'k8s-work-2',
    from: 'v1.12.6',
    to: 'v1.12.1',
    check,
    state: 'unreachable',
    reason: {
      kind: 'gave-up',
      waitedFor: 'its old slot',
      limit: 600_000,
      reason: { kind: 'etcd-no-leader' },
    },
  },
  done: {
    ...about,
    kind: 'done',
    target: 'v1.12.6',
    counts,
    took: 3_500_000,
    left: 'nothing left to change',
  },
  ended: {
    ...about,
    kind: 'ended',
    outcome: 'halted',
    target: 'v1.12.6',
    counts: { ...counts, halted: 1 },
    took: 900_000,
    reasons: [check],
    still: {
      talos: 'v1.12.6',
      commit: '0123456789abcdef0123456789abcdef01234567',
      came: 'merged',
      pull: 'https://github.com/acme/home-ops/pull/12',
    },
  },
  'notifier-failing': {
    ...about,
    kind: 'notifier-failing',
    receiver: 'ntfy',
    times: 3,
    since: '2026-11-21T14:00:00.000Z',
    why: 'it answered 403',
  },
  test: { cluster: 'prox-ops', at: about.at, kind: 'test', by: 'Somebody on vm' },
};

/** All of them. */
export const messages: readonly Message[] = Object.values(everyMessage);

/** The same message with another text in every place where a text may come from elsewhere. */
export function withTexts(message: Message, text: string): Message {
  const changed = (value: unknown, name: string): unknown => {
    if (Array.isArray(value)) return value.map((one) => changed(one, name));
    if (typeof value === 'object' && value !== null) {
      return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, changed(one, key)]));
    }
    const fixed = ['kind', 'at', 'since', 'until', 'link', 'sign', 'outcome', 'strategy', 'state'];
    return typeof value === 'string' && !fixed.includes(name) ? text : value;
  };
  return changed(message, '') as Message;
}
