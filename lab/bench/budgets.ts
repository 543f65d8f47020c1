import { temporalLimits } from '../../src/planning/plan/run-size.js';
import type { Budget } from './figure.js';

/** How much there may be of each thing: the promise to whoever runs it. In the unit the thing is told in. */
export const budgets = {
  /** Seconds a node's upgrade takes besides machine, drain, soak and closed gates. */
  overhead: { median: 2, p95: 4 },
  /** The same where Terraform replaces the machine: its looks and plans are Slipway's own. */
  replacementOverhead: { median: 4 },
  /** Overhead of all nodes over `nodeSeconds` for each. */
  overheadShare: { p95: 0.03 },
  /** Of talosctl for a node: only what changes it. */
  starts: { p95: 12 },
  historyEvents: { p95: 150 },
  historyKiB: { p95: 64 },
  /** Seconds from the death of a worker until another goes on: its supervisor starts it on the same host. */
  killedSameHost: { p95: 10 },
  /** The same where another is up already, as on another host: the heartbeat's eight seconds, and ten. */
  killedOtherHost: { p95: 18 },
  largePlanSeconds: { p95: 1 },
  /** What Temporal takes as one value: 2 MiB. */
  payloadKiB: { p95: temporalLimits.plan / 1024 },
  /** What Temporal lets the history of one workflow grow to. */
  runEvents: { p95: temporalLimits.events },
  runHistoryMiB: { p95: temporalLimits.history / 1024 ** 2 },
  /** What a run answers, whatever the size of its cluster. */
  resultKiB: { p95: 16 },
  /** What a run writes, over what is estimated for it before it begins. */
  reckonedShare: { p95: 1 },
  /** A forge gives up after ten seconds; whoever waits for it holds one of its workers. */
  acknowledgedMs: { p95: 100 },
  /** From the webhook of a merge until its cluster's queue has begun it. */
  queuedSeconds: { p95: 2 },
  reasonNotShown: { p95: 0 },
  demoSeconds: { p95: 90 },
  replacementDemoSeconds: { p95: 180 },
  setUpAgainSeconds: { p95: 1 },
  /** Of the tests, on two cores that do nothing else. */
  labStartSeconds: { median: 3 },
  checkSeconds: { p95: 180 },
  checkFileSeconds: { p95: 15 },
  testSeconds: { p95: 1_200 },
  chaosSeconds: { p95: 1_800 },
} as const satisfies Readonly<Record<string, Budget>>;

/** What an upgrade of a node on real machines takes at least, in seconds: what overhead is compared with. */
export const nodeSeconds = 120;
