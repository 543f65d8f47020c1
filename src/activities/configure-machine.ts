import { rm } from 'node:fs/promises';
import type { RecordedFacts } from '../planning/node/classify-node.js';
import { describeStep } from '../planning/reasons/describe.js';
import { quoted } from '../planning/text/phrases.js';
import type { PlannedNode } from '../planning/plan/plan.js';
import type { Reason } from '../planning/reasons/reason.js';
import { otherMachine, type MachineIdentity } from '../planning/terraform/machine-identity.js';
import { applyConfiguration } from '../tools/apply-configuration.js';
import type { ClusterAccess } from '../tools/cluster-access.js';
import { machineAt, type MachineAt } from '../tools/machine-seen.js';
import { Refusal } from '../tools/refusal.js';
import { CommandFailed } from '../tools/run-command.js';
import {
  gaveUp,
  inCluster,
  type ActivitySettings,
  type Look,
  type RunReference,
  type Wait,
} from './activity-context.js';
import { configurationToSend } from './configuration-to-send.js';
import { replacementOf } from './plan-replacement.js';

export interface ConfigureMachine extends RunReference {
  readonly node: PlannedNode;
  readonly facts: RecordedFacts;
  /** The identity of the new machine. */
  readonly machine: MachineIdentity;
  readonly limit: number;
}

/** A machine accepts or rejects a configuration within a moment. */
const answerMs = 30_000;

/**
 * Waits for the new machine, checks that it is the one Terraform made and runs the hop's version, and sends its configuration where
 * Terraform does not. The configuration holds the cluster's secrets: it goes only to the machine that was checked, and only while
 * that has none.
 */
export async function configureMachine(settings: ActivitySettings, step: ConfigureMachine): Promise<string> {
  const { node, limit } = step;
  const { configuration } = replacementOf(node);
  return inCluster(settings, step, describeStep('configure-machine', node.name), async (access, wait) => {
    let sent = false;
    return wait.until(
      limit,
      gaveUp(`the new machine of ${node.name} to take its configuration`, limit),
      async (): Promise<Look<string>> => {
        const seen = await machineAt(access, node.name, wait.signal);
        if (seen.kind === 'unreachable')
          return { kind: 'waiting', reason: unreachable(node, seen.why), againMs: 500 };
        refuseOther(step, seen);
        if (seen.kind === 'configured') return { kind: 'done', value: doneNote(seen, sent) };
        if (configuration === 'apply-config' && !sent) {
          wait.says(`${node.name} is in maintenance mode, and gets its configuration`, wait.endOf(limit));
          await give(settings, access, wait, step, seen);
          sent = true;
        }
        const { name, address } = node;
        const reason: Reason = { kind: 'machine-unconfigured', node: name, address };
        return {
          kind: 'waiting',
          reason,
          ...(sent ? { note: `${name} takes its configuration`, againMs: 500 } : {}),
        };
      },
    );
  });
}

function unreachable({ name, address }: PlannedNode, why: string): Reason {
  return { kind: 'machine-unreachable', node: name, address, why };
}

function doneNote({ uuid, version }: MachineAt & { kind: 'configured' }, sent: boolean): string {
  const how = sent ? 'took its configuration' : 'has its configuration';
  return `the machine with system UUID ${uuid} runs ${version} and ${how}`;
}

/** @throws Refusal for any other machine than the one that Terraform made, and for another version */
function refuseOther(
  { node, facts, machine }: ConfigureMachine,
  seen: Exclude<MachineAt, { kind: 'unreachable' }>,
): void {
  if (seen.uuid === facts.systemUuid && machine.uuid !== seen.uuid)
    throw new Refusal({ kind: 'machine-not-replaced', node: node.name, uuid: seen.uuid });
  const other = otherMachine(machine, seen);
  if (other) throw new Refusal({ kind: 'machine-other', node: node.name, ...other });
  const { version } = seen;
  const wanted = facts.wantedVersion;
  if (version !== wanted)
    throw new Refusal({ kind: 'machine-wrong-version', node: node.name, version, wanted });
}

/** Sends it; a lost answer does not matter: the machine shows the result. */
async function give(
  settings: ActivitySettings,
  access: ClusterAccess,
  wait: Wait,
  step: ConfigureMachine,
  seen: MachineAt & { kind: 'maintenance' },
): Promise<void> {
  const folder = await access.folder();
  const { text } = await configurationToSend(settings, access, step, step.node, wait.signal, 'sending');
  const file = await folder.write('machine-configuration.yaml', text);
  try {
    await applyConfiguration(seen, file, { timeoutMs: answerMs, signal: wait.signal });
  } catch (error) {
    if (!(error instanceof CommandFailed) || error.cancelled) throw error;
    const why = refusal.exec(error.stderrTail)?.groups?.['why'];
    if (why !== undefined)
      throw new Refusal({ kind: 'configuration-refused', node: step.node.name, why: quoted(why) });
  } finally {
    await rm(file, { force: true });
  }
}

/** How Talos rejects a configuration. Only one line is used: those that follow repeat parts of the configuration. */
const refusal =
  /code = (?:InvalidArgument|Unknown|FailedPrecondition|Unimplemented|PermissionDenied) desc = (?<why>[^\n]{1,300})/;
