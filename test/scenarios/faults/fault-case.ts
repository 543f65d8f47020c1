import type { FaultName } from '../../../lab/faults/catalogue.js';
import type { World } from '../../../lab/world.js';
import type { StepName } from '../../../src/planning/steps/node-steps.js';
import type { Reason } from '../../../src/planning/reasons/reason.js';
import type { RunStory, StoryNode } from '../../../src/planning/report/run-report.js';

/**
 * `legacy`: nodes run Talos 1.12, one request installs and reboots. `lifecycle`: they run 1.13, which has a request for each.
 * `replace`: their machines are replaced, from 1.12 to 1.13.
 */
export type Flow = 'legacy' | 'lifecycle' | 'replace';

/** A fault to arm before the run begins. */
export interface FaultToArm {
  readonly name: FaultName;
  /** Default: the node of the case. `none`: for no machine in particular, as the factory's faults are. */
  readonly node?: string;
  readonly times?: number;
  /** It is inactive until this point of the story: `lifecycle:armed`. */
  readonly after?: string;
}

/** How a case ends: the run's result, and what happened at the machine. */
export interface Ending {
  readonly outcome: RunStory['outcome'];
  /** Of the node; left out where the run is refused before any node. */
  readonly node?: StoryNode['outcome'];
  readonly state?: StoryNode['state'];
  readonly failedStep?: StepName;
  /** Of the node's reason, or of the run's where there is no node. */
  readonly kind?: Reason['kind'];
  /** The sentence a person sees; left out where all ends well. */
  readonly says?: RegExp;
  /** A command of the advice; left out where all ends well. */
  readonly advises?: string;
  /** How often an installer was started on the machine, by whomever. */
  readonly installs: number;
  /** How often the machine booted, for whatever reason; left out where that does not matter. */
  readonly boots?: number;
  /** How often a machine of the node was destroyed, and created; left out where it stays. */
  readonly destroyed?: number;
  readonly created?: number;
  /** Whether the node is still cordoned afterwards. Default: no. */
  readonly cordoned?: boolean;
}

/** One story: what goes wrong, and how it must end in each flow. */
export interface FaultCase {
  /** A person's name for it. */
  readonly name: string;
  /** Default `k8s-work-1`. */
  readonly node?: string;
  readonly faults?: readonly FaultToArm[];
  /** The faults it arms itself, in the middle. */
  readonly plays?: readonly FaultName[];
  /** Shorter limits, for waits in vain; longer ones, for what must not be cut off. */
  readonly limits?: Readonly<Record<string, string>>;
  /** Before the run is asked for. */
  readonly prepare?: (at: World, node: string) => Promise<unknown>;
  /** Once the run has begun. */
  readonly during?: (at: World, run: number, node: string) => Promise<unknown>;
  /** Afterwards, to roll back what was prepared. */
  readonly cleanUp?: (at: World, node: string) => Promise<unknown>;
  /** How it ends; a flow that is left out does not have it. `both`: of those that keep the machine. */
  readonly ends: { readonly [In in Flow]?: Ending } | { readonly both: Ending };
}

/** How a case ends in a flow; undefined where that flow does not have it. */
export function endingIn(flow: Flow, { ends }: FaultCase): Ending | undefined {
  if (!('both' in ends)) return ends[flow];
  return flow === 'replace' ? undefined : ends.both;
}

/** The node a case is about. */
export function nodeOf({ node }: FaultCase): string {
  return node ?? 'k8s-work-1';
}
