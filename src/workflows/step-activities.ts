import { proxyActivities } from '@temporalio/workflow';
import type { Activities } from '../activities/index.js';
import type { Replacement } from '../activities/plan-replacement.js';
import type { RecordedFacts } from '../planning/node/classify-node.js';
import type { StepName } from '../planning/steps/node-steps.js';
import type { MachineIdentity } from '../planning/terraform/machine-identity.js';
import { activityOptions, type StepClass } from './activity-options.js';
import type { NodeInput } from './node-input.js';

/** What later steps need from earlier ones. */
export interface NodeProgress {
  facts?: RecordedFacts;
  bootId?: string;
  /** Terraform's state of its machine before anything was done. */
  replacement?: Replacement;
  /** How its new machine is identified. */
  machine?: MachineIdentity;
  /** The workflow's own id: it names this node's one install. */
  readonly install: string;
  /** This step runs as the undo of another one. */
  readonly undoes?: true;
}

/** How one step becomes an activity: its class, its limit, its input, and its result for later steps. */
export interface StepActivity {
  readonly kind: StepClass;
  readonly limit: (input: NodeInput) => number;
  /** Returns the note of the step's record. */
  readonly run: (act: Activities, input: NodeInput, progress: NodeProgress) => Promise<string>;
}

const base = ({ cluster, run, node }: NodeInput) => ({ cluster, run, node });

/** The other nodes of its batch, where there are any. */
const besides = ({ beside }: NodeInput) => (beside && beside.length > 0 ? { beside } : {});

/** A patch may reboot the node: then the node is drained first, and has to come back as after any reboot. */
const patchLimit = ({ limits, drain, node }: NodeInput): number =>
  limits.gates +
  limits.drain * drain.attempts +
  limits.boot +
  limits.ready +
  (node.role === 'control-plane' ? limits.transferLeadership + limits.etcdRejoin : 0);

/** What the Pod of a smoke test may take beyond its own limit, to start and to be removed. Milliseconds. */
const besideProbe = 30_000;

const probesLimit = ({ node: { probes = [] } }: NodeInput): number =>
  probes.reduce((sum, { limit }) => sum + limit + besideProbe, 0);

/** The values Terraform gets in this hop. */
const valuesOf = ({ values = {} }: NodeInput) => ({ values });

export const stepActivities: Readonly<Record<StepName, StepActivity>> = {
  snapshot: {
    kind: 'wait',
    limit: ({ limits }) => limits.snapshot,
    run: async (act, { cluster, run, node, limits }) => {
      const limit = limits.snapshot;
      const taken = await act.takeSnapshot({ cluster, run, before: node.name, prove: false, limit });
      return `${taken.file}, read from ${taken.from}`;
    },
  },
  templates: {
    kind: 'mutate',
    limit: ({ limits }) => limits.templates + limits.terraformLock,
    run: (act, { cluster, run, node, limits, values = {} }) =>
      act.replaceTemplates({
        cluster,
        run,
        values,
        templates: node.replacement?.rollbackValues?.templates ?? [],
        limit: limits.templates + limits.terraformLock,
        underWork: node.name,
      }),
  },
  'plan-replacement': {
    kind: 'look',
    limit: ({ limits }) => limits.terraformPlan + limits.terraformLock,
    run: async (act, input, progress) => {
      const limit = input.limits.terraformPlan + input.limits.terraformLock;
      const { note, ...replacement } = await act.planReplacement({
        ...base(input),
        ...valuesOf(input),
        limit,
      });
      progress.replacement = replacement;
      return note;
    },
  },
  'prepare-image': {
    kind: 'wait',
    limit: ({ limits }) => limits.image,
    run: (act, input) => act.prepareImage({ ...base(input), limit: input.limits.image }),
  },
  'await-gates': {
    kind: 'wait',
    limit: ({ limits }) => limits.gates,
    run: (act, input) => act.awaitGates({ ...base(input), ...besides(input), limit: input.limits.gates }),
  },
  cordon: {
    kind: 'mutate',
    limit: ({ limits }) => limits.check,
    run: (act, input) => act.cordonNode(base(input)),
  },
  drain: {
    kind: 'wait',
    limit: ({ limits, drain }) => limits.drain * drain.attempts,
    run: (act, input) =>
      act.drainNode({
        ...base(input),
        ...input.drain,
        limit: input.limits.drain,
        slice: input.limits.drainSlice,
      }),
  },
  'transfer-leadership': {
    kind: 'wait',
    limit: ({ limits }) => limits.transferLeadership,
    run: (act, input) => act.transferLeadership({ ...base(input), limit: input.limits.transferLeadership }),
  },
  'record-facts': {
    kind: 'look',
    limit: ({ limits }) => limits.check,
    run: async (act, input, progress) => {
      const seen = await act.recordFacts({ ...base(input), to: input.to });
      // The facts under the version it leaves are no measure for the version it rolls back to.
      progress.facts = { ...seen, ...input.before };
      return `boot id ${progress.facts.bootId}, ${progress.facts.version}`;
    },
  },
  install: {
    kind: 'once',
    limit: ({ limits }) => limits.install,
    run: async (act, input, { facts, install }) => {
      const outcome = await act.installTalos({
        ...base(input),
        facts: known(facts),
        install,
        limit: input.limits.install,
      });
      return outcome.note;
    },
  },
  reboot: {
    kind: 'once',
    limit: ({ limits }) => limits.reboot,
    run: (act, input, { facts, install }) =>
      act.rebootNode({ ...base(input), facts: known(facts), reboot: install, limit: input.limits.reboot }),
  },
  'roll-back': {
    kind: 'once',
    limit: ({ limits }) => limits.reboot,
    run: (act, input, { facts, install }) =>
      act.rollBackNode({ ...base(input), facts: known(facts), reboot: install, limit: input.limits.reboot }),
  },
  'replace-machine': {
    kind: 'once',
    limit: ({ limits }) => limits.replace + limits.terraformLock,
    run: async (act, input, progress) => {
      const { install } = progress;
      const { note, machine } = await act.replaceMachine({
        ...base(input),
        ...valuesOf(input),
        facts: known(progress.facts),
        replacement: known(progress.replacement),
        install,
        limit: input.limits.replace + input.limits.terraformLock,
      });
      progress.machine = machine;
      return note;
    },
  },
  'continue-machine': {
    kind: 'once',
    limit: ({ limits }) => limits.replace + limits.terraformLock,
    run: async (act, input, progress) => {
      const { note, machine } = await act.continueMachine({
        ...base(input),
        ...valuesOf(input),
        facts: known(progress.facts),
        install: progress.install,
        limit: input.limits.replace + input.limits.terraformLock,
      });
      progress.machine = machine;
      return note;
    },
  },
  'remove-member': {
    kind: 'wait',
    limit: ({ limits }) => limits.removeMember,
    run: (act, input, { facts }) =>
      act.removeMember({ ...base(input), facts: known(facts), limit: input.limits.removeMember }),
  },
  'configure-machine': {
    kind: 'wait',
    limit: ({ limits }) => limits.configure,
    run: (act, input, { facts, machine }) =>
      act.configureMachine({
        ...base(input),
        facts: known(facts),
        machine: known(machine),
        limit: input.limits.configure,
      }),
  },
  'await-boot': {
    kind: 'wait',
    limit: ({ limits }) => limits.boot,
    run: async (act, input, progress) => {
      const limits = { limit: input.limits.boot, answerLimit: input.limits.install };
      const booted = await act.awaitBoot({
        ...base(input),
        facts: known(progress.facts),
        ...limits,
        ...(input.node.replacement ? { machine: known(progress.machine) } : {}),
      });
      progress.bootId = booted.bootId;
      return booted.note;
    },
  },
  'await-ready': {
    kind: 'wait',
    limit: ({ limits }) => limits.ready,
    // Where no reboot follows, it is the boot that was recorded.
    run: (act, input, { bootId, facts }) =>
      act.awaitReady({
        ...base(input),
        bootId: bootId ?? known(facts).bootId,
        version: input.to,
        limit: input.limits.ready,
      }),
  },
  'await-etcd-member': {
    kind: 'wait',
    limit: ({ limits }) => limits.etcdRejoin,
    run: (act, input) => act.awaitEtcdMember({ ...base(input), limit: input.limits.etcdRejoin }),
  },
  'patch-machine': {
    kind: 'once',
    limit: patchLimit,
    run: (act, input, { facts, bootId, install }) =>
      act.patchMachine({
        ...base(input),
        facts: { ...known(facts), bootId: bootId ?? known(facts).bootId },
        reboot: install,
        drain: { ...input.drain, slice: input.limits.drainSlice },
        limit: patchLimit(input),
      }),
  },
  'verify-node': {
    kind: 'wait',
    limit: ({ limits }) => limits.nodeChecks,
    run: (act, input, { facts, machine }) =>
      act.verifyNode({
        ...base(input),
        facts: known(facts),
        ...(machine ? { machine } : {}),
        limit: input.limits.nodeChecks,
      }),
  },
  'probe-node': {
    kind: 'wait',
    limit: probesLimit,
    run: (act, input, { install }) =>
      act.probeNode({ ...base(input), by: install, limit: probesLimit(input) }),
  },
  uncordon: {
    kind: 'mutate',
    limit: ({ limits }) => limits.check,
    run: (act, input, { install, undoes }) =>
      act.uncordonNode({ ...base(input), ...(undoes ? { undoes: install } : {}) }),
  },
  soak: {
    kind: 'wait',
    limit: ({ limits, node }) => limits.gates + node.soak,
    run: (act, input) => act.soakNode({ ...base(input), ...besides(input), limit: input.limits.gates }),
  },
};

/** The activities with the options of one step. */
export function activitiesFor(
  kind: StepClass,
  limitMs: number,
  summary: string,
  spareMs?: number,
): Activities {
  return proxyActivities<Activities>(activityOptions(kind, limitMs, summary, spareMs));
}

function known<T>(value: T | undefined): T {
  if (value === undefined)
    throw new Error('a step ran before the one whose facts it needs: the order of steps is broken');
  return value;
}
