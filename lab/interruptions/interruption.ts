import { stepOfActivity } from '../../src/runs/view/activity-names.js';
import type { StepName } from '../../src/planning/steps/node-steps.js';
import type { Passing } from './temporal-gateway.js';

/** What can come in the way of one step, and when: each at a point of the story, never after a time. */
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

/** One of them, at one step of one node. */
export interface InterruptionPoint {
  readonly node: string;
  readonly step: StepName;
  readonly what: Interruption;
  /** Of the node, where a person has it retried; left out: whichever comes first. */
  readonly attempt?: number;
}

/** `killed after install of k8s-work-1` */
export function describePoint({ node, step, what, attempt }: InterruptionPoint): string {
  return `${what} ${step} of ${node}${attempt === undefined ? '' : ` (attempt ${attempt})`}`;
}

/** Steps that change nothing: what shows that one is under way is its heartbeat. Every other one changes something, mostly. */
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

/** What is done at a point. `at change`: as soon as the step changes something. */
export type Act =
  | 'nothing'
  | 'kill'
  | 'kill at change'
  | 'hang'
  | 'hang at change'
  | 'abort'
  | 'lose the answer'
  | 'fail it';

/** What is done when something of the point's step passes by. */
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

/** Which step of which node a passing message is about; undefined: of none, but of the run itself. */
export interface PassingStep {
  readonly run: number;
  readonly node: string;
  /** Of the node's workflow. */
  readonly attempt: number;
  readonly step: StepName;
}

/** @param passing as a gateway tells it: the workflow is `run/<cluster>/<n>/<hop>/<node>/<attempt>`. */
export function stepOfPassing({ workflowId, activity }: Passing): PassingStep | undefined {
  const step = stepOfActivity(activity);
  const found = /^run\/[^/]+\/(?<run>\d+)\/\d+\/(?<node>[^/]+)\/(?<attempt>\d+)$/.exec(workflowId)?.groups;
  if (step === undefined || !found) return undefined;
  const { run, node = '', attempt } = found;
  return { run: Number(run), node, attempt: Number(attempt), step };
}

/** Whether a point is about that step. */
export function isAt(point: InterruptionPoint, { node, step, attempt }: PassingStep): boolean {
  return (
    point.node === node && point.step === step && (point.attempt === undefined || point.attempt === attempt)
  );
}
