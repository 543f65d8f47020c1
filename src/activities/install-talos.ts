import { randomUUID } from 'node:crypto';
import { Context } from '@temporalio/activity';
import { armedMarkText, installMark, installMarkText } from '../planning/node/armed.js';
import type { RecordedFacts } from '../planning/node/classify-node.js';
import { describeStep } from '../planning/reasons/describe.js';
import { failureOf } from '../planning/reasons/failure.js';
import { nothingInstalledSince } from '../planning/node/kernel-log.js';
import { moment } from '../planning/text/phrases.js';
import type { PlannedNode } from '../planning/plan/plan.js';
import { throughOthers, whyNot } from '../tools/observe-cluster.js';
import { Refusal } from '../tools/refusal.js';
import { CommandFailed } from '../tools/run-command.js';
import type { ClusterAccess } from '../tools/cluster-access.js';
import type { CallLimits } from '../tools/talos-target.js';
import { inCluster, type ActivitySettings, type RunReference, type Wait } from './activity-context.js';
import {
  endOfRequest,
  neverLeft,
  sendGuarded,
  takeIntentBack,
  type GuardedRequest,
  type MaySend,
  type Sent,
} from './guarded-request.js';
import { removeMark, setMarks } from './node-marks.js';
import { patchNodeAsSeen, requireNodeObject } from './patch-node.js';

export interface InstallTalos extends RunReference {
  readonly node: PlannedNode;
  readonly facts: RecordedFacts;
  /** Names this install: the id of the node's workflow. A person's retry is another install. */
  readonly install: string;
  readonly limit: number;
}

export interface InstallOutcome {
  /** `sent`: Talos responded. `maybe-sent`: an earlier attempt may have sent it, or the answer was lost. */
  readonly sent: 'sent' | 'maybe-sent';
  readonly note: string;
}

/**
 * Takes a preflight check, then sends the upgrade request: at most once for each install (I6). In the legacy flow the node then
 * installs and reboots; in the lifecycle flow it installs, and is armed when this ends.
 */
export async function installTalos(settings: ActivitySettings, step: InstallTalos): Promise<InstallOutcome> {
  const { node } = step;
  return inCluster(settings, step, describeStep('install', node.name), async (access, wait) => {
    const request = guarded(step);
    const found = await requireNodeObject(access, node.name);
    if (request.isMine(found.marks.install)) return afterLostAttempt(access, wait, step);
    const send = node.flow === 'lifecycle' ? installOnce : upgradeOnce;
    const outcome = await sendGuarded(access, wait, request, (may) =>
      send({ access, wait, step, request }, may),
    );
    return outcome ?? afterLostAttempt(access, wait, step);
  });
}

function guarded({ node, facts, install, limit, cluster, run }: InstallTalos): GuardedRequest {
  // Distinguishes this attempt's annotation from an earlier attempt's.
  const attempt = randomUUID();
  return {
    cluster,
    run,
    node,
    facts,
    limit,
    // Counted from its sending: the wait for the preflight check does not shorten the install.
    requestMs: limit,
    before: `before ${node.name} is upgraded`,
    mark: 'install',
    intent: `${installMarkText(install, facts.wantedVersion, facts.bootId, facts.wantedSchematic)} ${attempt}`,
    isMine: (mark) => installMark(mark)?.by === install,
  };
}

/**
 * An earlier attempt may have sent the request. Legacy: the node shows the result. Lifecycle: a started installer continues without
 * its client, and nothing shows when it ends; the reboot waits until it must have ended. Where none was started the node is not
 * rebooted in vain.
 *
 * @throws Refusal `install-not-begun`
 */
async function afterLostAttempt(
  access: ClusterAccess,
  wait: Wait,
  step: InstallTalos,
): Promise<InstallOutcome> {
  const { node, facts, limit } = step;
  if (node.flow !== 'lifecycle')
    return { sent: 'maybe-sent', note: 'an earlier attempt may have sent the request; it is not sent again' };
  const armed = armedMarkText(facts.wantedVersion, facts.bootId, facts.wantedSchematic);
  const begun = Date.now();
  const { isMine } = guarded(step);
  let end = begun + limit;
  for (;;) {
    const seen = await throughOutages(wait, end, () => requireNodeObject(access, node.name));
    if (isMine(seen.marks.install)) end = endOfRequest(seen.marks.install, limit, begun);
    if (seen.marks.armed === armed)
      return { sent: 'sent', note: `${facts.wantedVersion} is installed and waits for the reboot` };
    const over = Date.now() >= end;
    if (over && seen.bootId === facts.bootId && (await noneStarted(access, wait, node, wait.endOf(0))))
      return notBegun(access, step);
    if (over || seen.bootId !== facts.bootId)
      return {
        sent: 'maybe-sent',
        note: 'an earlier attempt may have installed it; it is not installed again',
      };
    wait.says(
      `an earlier attempt may have started the installer on ${node.name}, and it may still run; ` +
        `it has until ${moment(new Date(end).toISOString())}, then ${node.name} is rebooted`,
      end,
    );
    await Context.current().sleep(Math.min(2_000, wait.look, Math.max(0, end - Date.now())));
  }
}

/**
 * Waits until then while Kubernetes is unreachable, even past the step's own limit: an installer is or was at work.
 */
async function throughOutages<T>(wait: Wait, until: number, act: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await act();
    } catch (error) {
      const passes = error instanceof Refusal && failureOf(error.reason).retry;
      if (wait.signal.aborted || !passes || Date.now() >= until) throw error;
    }
    await Context.current().sleep(Math.min(1_000, wait.look));
  }
}

/** Whether the kernel log shows that no installer was started since a moment; an unreadable log shows nothing. */
async function noneStarted(
  access: ClusterAccess,
  wait: Wait,
  { name }: PlannedNode,
  since: number,
): Promise<boolean> {
  try {
    const log = await throughOthers(access.targets(name), (target) =>
      access.talos.dmesg(target, { signal: wait.signal }),
    );
    return nothingInstalledSince(log, since);
  } catch (error) {
    if (wait.signal.aborted) throw error;
    return false;
  }
}

/** Removes the intent, so that the node can be returned to service; another install needs a new request. */
async function notBegun(access: ClusterAccess, step: InstallTalos): Promise<never> {
  const { isMine } = guarded(step);
  await patchNodeAsSeen(access, step.node.name, (seen) =>
    isMine(seen.marks.install) ? removeMark(seen, 'install') : undefined,
  );
  throw new Refusal({ kind: 'install-not-begun', node: step.node.name });
}

interface Sending {
  readonly access: ClusterAccess;
  readonly wait: Wait;
  readonly step: InstallTalos;
  readonly request: GuardedRequest;
}

/** Milliseconds before the attempt's end: the time a last try needs to fail. */
const lastTryMs = 15_000;

/** Lifecycle flow: installs; the node is then armed, which its annotation records. */
async function installOnce(sending: Sending, may: MaySend): Promise<Sent<InstallOutcome>> {
  const { access, wait, step } = sending;
  const { node, facts, limit } = step;
  const admin = await access.talosctlAdmin(node.from);
  wait.says(`${node.name} installs ${facts.wantedVersion}; it reboots afterwards`, Date.now() + limit);
  try {
    await admin.install(may.target, node.image, limitsOf(wait, step, may));
  } catch (error) {
    if (!(error instanceof CommandFailed) || error.cancelled) throw error;
    if (neverLeft(error, may.target)) return { kind: 'late' };
    if (nothingBegun.test(error.stderrTail)) return refused(sending, error);
    if (/failed with exit code/.test(error.stderrTail))
      throw new Refusal({ kind: 'install-failed', node: node.name, why: whyNot(error) });
    return { kind: 'sent', value: await afterLostAttempt(access, wait, step) };
  }
  const armed = armedMarkText(facts.wantedVersion, facts.bootId, facts.wantedSchematic);
  await throughOutages(wait, wait.attemptEnd - lastTryMs, () =>
    patchNodeAsSeen(access, node.name, (seen) => setMarks(seen, { armed })),
  );
  const note = `installed ${node.image}; the node runs ${node.from} until it reboots`;
  return { kind: 'sent', value: { sent: 'sent', note } };
}

/** What Talos and its client say when nothing was begun: the image is unavailable, or the node accepts no installs now. */
const nothingBegun =
  /not authorized|PermissionDenied|InvalidArgument|FailedPrecondition|Unimplemented|error pulling|failed to pull|failed to resolve|not found in containerd store/;

/** Legacy flow: one request installs and reboots. */
async function upgradeOnce(sending: Sending, may: MaySend): Promise<Sent<InstallOutcome>> {
  const { access, wait, step } = sending;
  const { node, limit } = step;
  const admin = await access.talosctlAdmin(node.from);
  wait.says(`${node.name} answers the upgrade request`, Date.now() + limit);
  try {
    // One target only: a request that failed on its way may have arrived.
    await admin.upgrade(may.target, node.image, node.rebootMode ?? 'default', limitsOf(wait, step, may));
    return { kind: 'sent', value: { sent: 'sent', note: `Talos accepted the upgrade to ${node.image}` } };
  } catch (error) {
    if (!(error instanceof CommandFailed) || error.cancelled) throw error;
    if (neverLeft(error, may.target)) return { kind: 'late' };
    if (await talosRefused(access, wait, node, error)) return refused(sending, error);
    const note = `the answer was lost (${whyNot(error)}); the node shows what became of it`;
    return { kind: 'sent', value: { sent: 'maybe-sent', note } };
  }
}

function limitsOf(wait: Wait, { limit }: InstallTalos, { before }: MaySend): CallLimits {
  return { timeoutMs: limit, signal: wait.sending, startBefore: before };
}

/** @throws Refusal `install-refused`: nothing was begun, and the intent is removed. */
async function refused({ access, step, request }: Sending, error: CommandFailed): Promise<never> {
  await takeIntentBack(access, request);
  // Somebody else's installer is at work: the node boots its version next.
  if (/already in progress/.test(error.stderrTail))
    throw new Refusal({ kind: 'installed-by-others', node: step.node.name, image: 'another image' });
  throw new Refusal({ kind: 'install-refused', node: step.node.name, why: whyNot(error) });
}

/** Talos checks image and etcd before it touches anything, and says so. Any other error may follow an accepted request. */
async function talosRefused(
  access: ClusterAccess,
  wait: Wait,
  node: PlannedNode,
  error: CommandFailed,
): Promise<boolean> {
  const refusals =
    /error validating|not authorized|PermissionDenied|InvalidArgument|Unimplemented|failed to acquire upgrade mutex/;
  if (!refusals.test(error.stderrTail)) return false;
  // A stopped worker stays for this too: it shows the result of the request.
  const status = await throughOthers(access.targets(node.name), (target) =>
    access.talos.machineStatus(target, { signal: wait.sending }),
  ).catch(() => undefined);
  return status?.stage === 'running';
}
