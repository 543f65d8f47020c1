import { CancellationScope, log, setCurrentDetails, workflowInfo } from '@temporalio/workflow';
import { describe, describeStep } from '../planning/reasons/describe.js';
import { failureOf } from '../planning/reasons/failure.js';
import { steps, type Step, type StepName } from '../planning/steps/node-steps.js';
import type { Reason } from '../planning/reasons/reason.js';
import type { NodeResult, NodeState, StepRecord } from '../planning/report/run-result.js';
import { reasonOf } from './failure-reason.js';
import type { NodeInput } from './node-input.js';
import { beforeOf } from './node-results.js';
import { stateInPlace } from './state-in-place.js';
import { stateOfReplacementBack, stateOfReplacement } from './state-replaced.js';
import { activitiesFor, stepActivities, type NodeProgress } from './step-activities.js';

/**
 * The steps of one node, in the order of the plan. Never waits for a person: it ends with a value,
 * done, undone or halted, and the state the node is in.
 */
export async function upgradeNode(input: NodeInput): Promise<NodeResult> {
  const progress: NodeProgress = { install: workflowInfo().workflowId };
  const records: StepRecord[] = [];
  const startedAt = now();
  const end = (
    outcome: NodeResult['outcome'],
    state: NodeState,
    more: Partial<NodeResult> = {},
  ): NodeResult => ({
    node: input.node.name,
    outcome,
    state,
    from: input.node.from,
    to: input.to,
    ...(input.node.rebootMode ? { rebootMode: input.node.rebootMode } : {}),
    attempt: input.attempt,
    startedAt,
    endedAt: now(),
    steps: records,
    ...(outcome === 'halted' && progress.facts ? { before: beforeOf(progress.facts) } : {}),
    ...more,
  });

  for (const name of input.steps) {
    const step = steps[name];
    if (step.only && step.only !== input.node.role) continue;
    // The node is finished; an abort now stops the run, not the soak's result.
    if (name === 'soak' && aborting()) break;
    // An activity may have ended before its cancel reached it: no one-shot request is sent after an abort.
    if (isFirstOnce(input, name) && aborting()) {
      const reason: Reason = { kind: 'aborted', by: 'a cancel' };
      return CancellationScope.nonCancellable(() => stopped(input, name, reason, records, end));
    }
    showSteps(input, records, name);
    const stepStarted = now();
    try {
      const note = await runStep(name, step, input, progress);
      records.push({
        step: name,
        startedAt: stepStarted,
        took: Date.parse(now()) - Date.parse(stepStarted),
        note,
      });
    } catch (error) {
      const reason = reasonOf(error, describeStep(name, input.node.name), stepActivities[name].limit(input));
      records.push({
        step: name,
        startedAt: stepStarted,
        took: Date.parse(now()) - Date.parse(stepStarted),
        note: describe(reason),
      });
      log.warn('a step failed', { node: input.node.name, step: name, reason: reason.kind });
      if (name === 'soak' && reason.kind === 'aborted') break;
      return CancellationScope.nonCancellable(() => stopped(input, name, reason, records, end));
    }
  }
  showSteps(input, records, undefined);
  return input.node.back === true ? end('undone', 'rolled-back') : end('done', 'on-target');
}

/** From the install on, a cancel waits until the node is finished. */
async function runStep(
  name: StepName,
  step: Step,
  input: NodeInput,
  progress: NodeProgress,
): Promise<string> {
  const { kind, limit, run } = stepActivities[name];
  const act = activitiesFor(kind, limit(input), describeStep(name, input.node.name));
  if (step.onCancel === 'finish') return CancellationScope.nonCancellable(() => run(act, input, progress));
  return run(act, input, progress);
}

type End = (outcome: NodeResult['outcome'], state: NodeState, more?: Partial<NodeResult>) => NodeResult;

/** Undoes what can be undone; otherwise leaves the node in its state, and names that state. */
async function stopped(
  input: NodeInput,
  failed: StepName,
  reason: Reason,
  records: StepRecord[],
  end: End,
): Promise<NodeResult> {
  const cordoned = leftCordoned(input, failed);
  if (!mayUndo(input, failed, reason)) {
    const state = stateAfter(input, failed, reason);
    return end('halted', state, {
      reason: reasonOfHalt(input, state, reason),
      failedStep: failed,
      ...cordoned,
    });
  }
  const undoFailed = await undoSteps(input, failed, records);
  if (undoFailed) {
    const states: Partial<Record<Reason['kind'], NodeState>> = {
      'install-unanswered': 'install-unknown',
      'replace-unknown': 'replacing',
    };
    const state = states[undoFailed.kind] ?? 'cordoned';
    return end('halted', state, { reason, failedStep: failed, undoFailed, ...cordoned });
  }
  return end('undone', stateUndone(input, failed, reason), { reason, failedStep: failed });
}

/**
 * A failed rollback is the last resort: its reason carries the state that it left. A rollback that was stopped before anything was
 * sent has not failed; after that an abort waits until it is finished.
 */
function reasonOfHalt({ node, to }: NodeInput, state: NodeState, reason: Reason): Reason {
  return node.back && reason.kind !== 'aborted'
    ? { kind: 'rollback-failed', node: node.name, version: to, state, reason }
    : reason;
}

/** The state of a node that was returned to service: a version that somebody else, or an earlier run, installed boots all the same. */
function stateUndone(input: NodeInput, failed: StepName, reason: Reason): NodeState {
  if (reason.kind === 'installed-by-others' || input.node.armed) return 'armed';
  return wasTouched(input, failed, reason) ? 'undone' : 'untouched';
}

/** Whether anything was changed on the node; a refused cordon changed nothing. */
function wasTouched({ steps: order }: NodeInput, failed: StepName, reason: Reason): boolean {
  const mayHaveCome: readonly Reason['kind'][] = ['aborted', 'gave-up', 'unexpected'];
  if (failed === 'cordon') return mayHaveCome.includes(reason.kind);
  return order.indexOf(failed) > order.indexOf('cordon');
}

/**
 * A node is undone only before its one-shot request was sent. At the install itself only where the step says that nothing was sent:
 * the undo looks for the intent annotation again. After it the node stays as it is, verified or not, and a person decides.
 */
function mayUndo(input: NodeInput, failed: StepName, reason: Reason): boolean {
  const { steps: order } = input;
  // Its cordon belongs to a node that is not well.
  if (input.node.back === true || input.node.steps === 'rollback-in-place') return false;
  // Its cordon belongs to a machine that is missing.
  if (input.node.replacement?.continues) return false;
  // Its cordon belongs to a machine that may lack its patches.
  if (input.node.skip && input.node.patches) return false;
  const sent = order.findIndex((name) => steps[name].repeat === 'once');
  // A node that an earlier attempt upgraded without verification stays as it is; one that a person rolled back is theirs.
  if (sent === -1) return reason.kind === 'cordon-lost';
  if (order.indexOf(failed) < sent) return true;
  if (!isFirstOnce(input, failed)) return false;
  const refusing: readonly StepName[] = ['install', 'replace-machine', 'roll-back'];
  return (
    reason.kind === 'aborted' || (refusing.includes(failed) && failureOf(reason).after === 'undo-and-halt')
  );
}

/** Whether this is the order's first one-shot step. */
function isFirstOnce({ steps: order }: NodeInput, name: StepName): boolean {
  return order.find((one) => steps[one].repeat === 'once') === name;
}

/** Whether a halt here leaves the cordon of this run on the node. */
function leftCordoned({ steps: order, node }: NodeInput, failed: StepName): { cordoned?: true } {
  const at = order.indexOf(failed);
  const within = at >= order.indexOf('cordon') && at <= order.indexOf('uncordon');
  // A rollback may fail before its own cordon, with that of the earlier attempt still there.
  const before = node.back === true && node.adopts !== undefined;
  return (within || before) && !node.keepCordon ? { cordoned: true } : {};
}

/** The undo of each step up to the failed one, the latest first. The failed one too: it may have been partly done. */
async function undoSteps(
  input: NodeInput,
  failed: StepName,
  records: StepRecord[],
): Promise<Reason | undefined> {
  const begun = input.steps.slice(0, input.steps.indexOf(failed) + 1);
  const undos = begun
    .map((name) => steps[name].undo)
    .filter((undo): undo is StepName => typeof undo === 'string');
  for (const name of undos.toReversed()) {
    const { kind, run } = stepActivities[name];
    const startedAt = now();
    // An undo is retried for as long as a control plane node may take to come back, not for as long as the step.
    const limit = input.limits.ready;
    try {
      const act = activitiesFor(kind, limit, `undo: ${describeStep(name, input.node.name)}`);
      const note = await run(act, input, { install: workflowInfo().workflowId, undoes: true });
      records.push({
        step: name,
        startedAt,
        took: Date.parse(now()) - Date.parse(startedAt),
        note: `undo: ${note}`,
      });
    } catch (error) {
      return reasonOf(error, `undo: ${describeStep(name, input.node.name)}`, limit);
    }
  }
  return undefined;
}

function stateAfter(input: NodeInput, failed: StepName, reason: Reason): NodeState {
  if (failed === 'patch-machine' && isUnresponsive(reason)) return 'unreachable';
  if (input.node.replacement)
    return input.node.back ? stateOfReplacementBack(input, failed, reason) : stateOfReplacement(failed);
  return stateInPlace(input, failed, reason);
}

/** Whether Talos on the node did not respond any more. */
function isUnresponsive(reason: Reason): boolean {
  const last = reason.kind === 'gave-up' ? reason.reason : reason;
  return last?.kind === 'talos-unreachable';
}

/** Writes the Web UI's current details: the steps, and the one under way. */
function showSteps(input: NodeInput, records: readonly StepRecord[], current: StepName | undefined): void {
  const lines = input.steps
    .filter((name) => !steps[name].only || steps[name].only === input.node.role)
    .map((name) => {
      const record = records.find((one) => one.step === name);
      if (record) return `- ✓ **${name}** ${Math.round(record.took / 1000)} s: ${record.note ?? ''}`;
      return name === current ? `- ● **${name}**: ${steps[name].does}` : `- ○ ${name}`;
    });
  setCurrentDetails(`### ${input.node.name}: ${input.node.from} → ${input.to}\n\n${lines.join('\n')}\n`);
}

function aborting(): boolean {
  return CancellationScope.current().consideredCancelled;
}

/** Workflow time. */
function now(): string {
  return new Date().toISOString();
}
