import { stepOfActivity } from '../../src/runs/view/activity-names.js';
import type { StepName } from '../../src/planning/steps/node-steps.js';
import type { Passing } from './temporal-gateway.js';

/** The interruptions of one step: each at a point of the run, never after a time. */
export const interruptions = {
  'killed before': 'its worker is killed when Temporal has given it the step, and before it has it',
  'killed during':
    'its worker is killed at the first change the step makes; where it only looks, at its first heartbeat',
  'killed after': 'its worker is killed when the step has ended, and before Temporal knows',
  twice: 'Temporal never hears that the step has ended, and the worker lives: the step runs a second time',
  hung: 'its worker hangs in the middle of it, and comes back when another one has done it',
  fails: 'it has done its work, and Temporal hears of a failure that no table names',
  aborted: 'somebody aborts the run while the step is under way',
} as const;

export type Interruption = keyof typeof interruptions;

export const interruptionNames = Object.keys(interruptions) as readonly Interruption[];

/** One interruption, at one step of one node. */
export interface InterruptionPoint {
  readonly node: string;
  readonly step: StepName;
  readonly what: Interruption;
  /** The node's attempt, where a person retries it; left out: whichever comes first. */
  readonly attempt?: number;
}

/** `killed after install of k8s-work-1` */
export function describePoint({ node, step, what, attempt }: InterruptionPoint): string {
  return `${what} ${step} of ${node}${attempt === undefined ? '' : ` (attempt ${attempt})`}`;
}

/** Steps that change nothing: their heartbeat shows that they run. Most runs of every other step change something. */
const looksOnly: ReadonlySet<StepName> = new Set<StepName>([
  'plan-replacement',
  'await-gates',
  'record-facts',
  'await-boot',
  'await-ready',
  'await-etcd-member',
  'verify-node',
  'soak',
]);

/** The action at a point. `at change`: as soon as the step changes something. */
export type Act =
  | 'nothing'
  | 'kill'
  | 'kill at change'
  | 'hang'
  | 'hang at change'
  | 'abort'
  | 'lose the answer'
  | 'fail it';

/** The action when a message of the point's step passes. */
export function actAt({ what, step }: InterruptionPoint, kind: Passing['kind']): Act {
  return acts[what][looksOnly.has(step) ? 'looking' : 'changing'][kind] ?? 'nothing';
}

type Acts = Readonly<Partial<Record<Passing['kind'], Act>>>;

/** The same, whether the step changes anything or not. */
const always = (these: Acts): Readonly<Record<'looking' | 'changing', Acts>> => ({
  looking: these,
  changing: these,
});

const acts: Readonly<Record<Interruption, Readonly<Record<'looking' | 'changing', Acts>>>> = {
  'killed before': always({ given: 'kill' }),
  'killed during': {
    looking: { heartbeat: 'kill', answered: 'kill' },
    // A step that changed nothing this time is killed where it ends.
    changing: { given: 'kill at change', answered: 'kill' },
  },
  'killed after': always({ answered: 'kill' }),
  twice: always({ answered: 'lose the answer' }),
  hung: { looking: { heartbeat: 'hang' }, changing: { given: 'hang at change' } },
  fails: always({ answered: 'fail it' }),
  aborted: always({ given: 'abort' }),
};

/** The step and the node of a passing message; undefined: it belongs to the run itself. */
export interface PassingStep {
  readonly run: number;
  readonly node: string;
  /** Attempt of the node's workflow. */
  readonly attempt: number;
  readonly step: StepName;
}

/** @param passing a gateway's message: the workflow is `run/<cluster>/<n>/<hop>/<node>/<attempt>`. */
export function stepOfPassing({ workflowId, activity }: Passing): PassingStep | undefined {
  const step = stepOfActivity(activity);
  const found = /^run\/[^/]+\/(?<run>\d+)\/\d+\/(?<node>[^/]+)\/(?<attempt>\d+)$/.exec(workflowId)?.groups;
  if (step === undefined || !found) return undefined;
  const { run, node = '', attempt } = found;
  return { run: Number(run), node, attempt: Number(attempt), step };
}

/** Whether a point is at that step. */
export function isAt(point: InterruptionPoint, { node, step, attempt }: PassingStep): boolean {
  return (
    point.node === node && point.step === step && (point.attempt === undefined || point.attempt === attempt)
  );
}
