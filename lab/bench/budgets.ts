import { temporalLimits } from '../../src/planning/plan/run-size.js';
import type { Budget } from './figure.js';

/** The upper limit of each figure, in the figure's own unit: what Slipway promises to its operators. */
export const budgets = {
  /** Seconds a node's upgrade takes besides machine, drain, soak and closed gates. */
  overhead: { median: 2, p95: 4 },
  /** The same where Terraform replaces the machine: its observations and plans count as Slipway's own time. */
  replacementOverhead: { median: 4 },
  /** Overhead of all nodes over `nodeSeconds` for each. */
  overheadShare: { p95: 0.03 },
  /** Starts of talosctl per node: only those that change it. */
  starts: { p95: 12 },
  historyEvents: { p95: 150 },
  historyKiB: { p95: 64 },
  /** Seconds from the death of a worker until another resumes its work: its supervisor restarts it on the same host. */
  killedSameHost: { p95: 10 },
  /** The same where a second worker already runs, as on another host: the heartbeat's eight seconds, and ten. */
  killedOtherHost: { p95: 18 },
  largePlanSeconds: { p95: 1 },
  /** Temporal's limit for one value: 2 MiB. */
  payloadKiB: { p95: temporalLimits.plan / 1024 },
  /** Temporal's limit for the history of one workflow. */
  runEvents: { p95: temporalLimits.events },
  runHistoryMiB: { p95: temporalLimits.history / 1024 ** 2 },
  /** The result of a run, whatever the size of its cluster. */
  resultKiB: { p95: 16 },
  /** A run's history, relative to the estimate made before it begins. */
  estimatedShare: { p95: 1 },
  /** A fake GitHub times out after ten seconds; a waiting delivery occupies one of its workers. */
  acknowledgedMs: { p95: 100 },
  /** From the webhook of a merge until its cluster's queue has started the run. */
  queuedSeconds: { p95: 2 },
  reasonNotShown: { p95: 0 },
  demoSeconds: { p95: 90 },
  replacementDemoSeconds: { p95: 180 },
  setUpAgainSeconds: { p95: 1 },
  /** Of the tests, on two otherwise idle cores. */
  labStartSeconds: { median: 3 },
  checkSeconds: { p95: 180 },
  checkFileSeconds: { p95: 15 },
  testSeconds: { p95: 1_200 },
  chaosSeconds: { p95: 1_800 },
} as const satisfies Readonly<Record<string, Budget>>;

/** The minimum duration of a node's upgrade on real machines, in seconds: the reference for overhead. */
export const nodeSeconds = 120;
