import { randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import type { RecordedFacts } from '../planning/node/classify-node.js';
import { describe, describeStep } from '../planning/reasons/describe.js';
import { failureOf } from '../planning/reasons/failure.js';
import { count, quoted } from '../planning/text/phrases.js';
import type { PlannedNode } from '../planning/plan/plan.js';
import type { Reason } from '../planning/reasons/reason.js';
import type { ClusterAccess } from '../tools/cluster-access.js';
import { isAsBefore } from '../tools/machine-configuration.js';
import { throughOthers, whyNot } from '../tools/observe-cluster.js';
import { withoutValues } from '../tools/patch-configuration.js';
import { Refusal } from '../tools/refusal.js';
import { CommandFailed } from '../tools/run-command.js';
import type { ConfigurationEffect } from '../tools/talosctl.js';
import {
  gaveUp,
  inCluster,
  type ActivitySettings,
  type Look,
  type RunReference,
  type Wait,
} from './activity-context.js';
import { awaitEtcdMember } from './await-etcd.js';
import { awaitReady } from './await-ready.js';
import {
  neverLeft,
  sendGuarded,
  takeIntentBack,
  type GuardedRequest,
  type MaySend,
  type Sent,
} from './guarded-request.js';
import { runningConfiguration } from './machine-configuration.js';
import { makeRoom, type MakeRoom } from './make-room.js';
import { mergePatches, patchFailed, readPatches, type PatchTexts } from './merge-patches.js';
import { requireNodeObject } from './patch-node.js';

export interface PatchMachine extends RunReference {
  readonly node: PlannedNode;
  /** With the node's boot before anything is patched. */
  readonly facts: RecordedFacts;
  /** Names this reboot: the id of the node's workflow. */
  readonly reboot: string;
  /** How the node is drained, if it has to reboot with pods on it. */
  readonly drain: MakeRoom['drain'];
  /** Milliseconds of all of it: until the node runs with its patches, is Ready, and its member votes. */
  readonly limit: number;
}

/** Talos responds once it has the configuration on its disk. */
const answerMs = 30_000;

/**
 * Merges the patches for after Ready into the node's running configuration. It sends the whole configuration that it read: sent twice,
 * that is the same, where a patch would be merged a second time. A dry run shows whether it needs a reboot. If so, it is sent like a
 * reboot: once, after the node was drained, and right after a preflight check, since Talos asks neither etcd nor Kubernetes.
 */
export async function patchMachine(settings: ActivitySettings, step: PatchMachine): Promise<string> {
  const { cluster, run, node, facts, drain, limit } = step;
  let patched = await patch(settings, step, false);
  if (patched.kind === 'needs-reboot') {
    const now = { ...node, from: facts.wantedVersion };
    await makeRoom(settings, { cluster, run, node: now, limit, drain });
    patched = await patch(settings, step, true);
  }
  if (patched.kind === 'needs-reboot')
    throw new Error(`${node.name} was emptied, and is to be emptied again`);
  const { bootId, note } = patched;
  await awaitReady(settings, { cluster, run, node, bootId, limit });
  if (node.role === 'control-plane') await awaitEtcdMember(settings, { cluster, run, node, limit });
  return bootId === facts.bootId ? note : `${note}, and it rebooted with them`;
}

type Patched =
  | { readonly kind: 'patched'; readonly bootId: string; readonly note: string }
  /** Nothing was sent: it takes a reboot, and the node's pods were not drained. */
  | { readonly kind: 'needs-reboot' };

/** @param mayReboot whether the node was drained for it. */
async function patch(settings: ActivitySettings, step: PatchMachine, mayReboot: boolean): Promise<Patched> {
  const { node, limit } = step;
  const doing = describeStep('patch-machine', node.name);
  return inCluster(settings, step, doing, async (access, wait) => {
    const patches = await readPatches(settings, access, step, node, 'after-ready');
    const patching = new Patching(access, wait, step, patches, mayReboot);
    const waitedFor = `${node.name} to run with ${count(patches.length, 'patch', 'patches')}`;
    const late = (last: Reason): Reason =>
      last.kind === 'patch-unanswered' ? last : gaveUp(waitedFor, limit)(last);
    return wait.until(limit, late, () => patching.look());
  });
}

/** One attempt. */
class Patching {
  private readonly since = new Date().toISOString();
  /** Distinguishes this attempt's annotation from an earlier attempt's. */
  private readonly attempt = randomUUID();
  /** Accepted by Talos in this attempt, to take effect at once. */
  private taken = false;

  constructor(
    private readonly access: ClusterAccess,
    private readonly wait: Wait,
    private readonly step: PatchMachine,
    private readonly patches: PatchTexts,
    private readonly mayReboot: boolean,
  ) {}

  /** The request, as it is sent in that boot. */
  private request(bootId: string): GuardedRequest {
    const { cluster, run, node, facts, reboot, limit } = this.step;
    // By now the node runs the hop's version.
    const expects = { version: facts.wantedVersion, schematic: facts.wantedSchematic };
    return {
      cluster,
      run,
      node: { ...node, expects },
      facts: { ...facts, bootId },
      limit,
      requestMs: answerMs,
      before: `before ${node.name} gets patches that reboot it`,
      mark: 'reboot',
      intent: `${reboot} ${this.attempt} ${bootId}`,
      isMine: (mark) => mark?.split(' ')[0] === reboot,
    };
  }

  async look(): Promise<Look<Patched>> {
    try {
      return await this.lookOnce();
    } catch (error) {
      if (this.wait.signal.aborted) throw error;
      return this.mayPass(error);
    }
  }

  private async lookOnce(): Promise<Look<Patched>> {
    const { access, wait, patches } = this;
    const { node } = this.step;
    const bootId = await this.bootId();
    const running = await runningConfiguration(access, node.name, wait.signal);
    const merged = await mergePatches(access, node, running, patches, wait.signal);
    const file = await (await access.folder()).write('to-patch.yaml', merged);
    try {
      const effect = isAsBefore(running, merged) ? 'nothing' : await this.try(file);
      // Readings of two boots prove nothing.
      if ((await this.bootId()) !== bootId) return this.again('it has rebooted just now');
      if (effect === 'nothing')
        return {
          kind: 'done',
          value: {
            kind: 'patched',
            bootId,
            note: `${count(patches.length, 'patch', 'patches')} in its configuration`,
          },
        };
      if (effect === 'at-once') return await this.applyAtOnce(file);
      const request = this.request(bootId);
      const { marks } = await requireNodeObject(access, node.name);
      if (request.isMine(marks.reboot)) {
        const sentIn = marks.reboot?.split(' ')[2];
        if (bootId === sentIn) return this.again('was asked to reboot with its patches');
        throw patchFailed(node, 'it was asked to reboot with them, has booted since, and runs without them');
      }
      if (!this.mayReboot) return { kind: 'done', value: { kind: 'needs-reboot' } };
      await sendGuarded(access, wait, request, (may) => this.reboot(file, may, request));
      return this.again('reboots with its patches');
    } finally {
      await rm(file, { force: true });
    }
  }

  private async bootId(): Promise<string> {
    const { signal } = this.wait;
    const admin = await this.access.talosAdmin();
    return throughOthers(this.access.targets(this.step.node.name), (target) =>
      admin.bootId(target, { signal }),
    );
  }

  private async try(file: string): Promise<ConfigurationEffect> {
    const { node, facts } = this.step;
    const admin = await this.access.talosctlAdmin(facts.wantedVersion);
    const effect = await this.withoutSecrets(
      throughOthers(this.access.targets(node.name), (target) =>
        admin.tryConfiguration(target, file, { timeoutMs: answerMs, signal: this.wait.signal }),
      ),
    );
    if (effect === undefined) throw patchFailed(node, 'talosctl does not say what they would come to');
    return effect;
  }

  /** A change takes effect a moment later; it is not sent again meanwhile. */
  private async applyAtOnce(file: string): Promise<Look<Patched>> {
    const { node, facts } = this.step;
    if (this.taken) return this.takes();
    const admin = await this.access.talosctlAdmin(facts.wantedVersion);
    await this.withoutSecrets(
      throughOthers(this.access.targets(node.name), (target) =>
        admin.applyConfiguration(target, file, 'no-reboot', {
          timeoutMs: answerMs,
          signal: this.wait.signal,
        }),
      ),
    );
    this.taken = true;
    return this.takes();
  }

  private takes(): Look<Patched> {
    const { name: node } = this.step.node;
    const reason: Reason = { kind: 'patch-not-in-effect', node, since: this.since };
    return { kind: 'waiting', reason, note: `${node} takes its patches`, againMs: 500 };
  }

  private async reboot(
    file: string,
    { target, before }: MaySend,
    request: GuardedRequest,
  ): Promise<Sent<true>> {
    const admin = await this.access.talosctlAdmin(this.step.facts.wantedVersion);
    const limits = { timeoutMs: answerMs, signal: this.wait.sending, startBefore: before };
    try {
      await admin.applyConfiguration(target, file, 'auto', limits);
    } catch (error) {
      if (!(error instanceof CommandFailed) || error.cancelled) throw error;
      if (neverLeft(error, target)) return { kind: 'late' };
      const answered = answer.test(error.stderrTail);
      if (answered) await takeIntentBack(this.access, request);
      if (answered) throw this.refusal(error);
      // The answer was lost: the node shows the result.
    }
    return { kind: 'sent', value: true };
  }

  /** talosctl repeats what would change, which may be secrets: none of that is passed on. */
  private async withoutSecrets<T>(call: Promise<T>): Promise<T> {
    try {
      return await call;
    } catch (error) {
      if (!(error instanceof CommandFailed) || error.cancelled) throw error;
      throw this.refusal(error);
    }
  }

  private refusal(error: CommandFailed): Refusal {
    const { node } = this.step;
    const { code, why = '' } = answer.exec(error.stderrTail)?.groups ?? {};
    const said = quoted(withoutValues(why.replaceAll(/\s+/g, ' '), []));
    if (code !== undefined && code !== 'FailedPrecondition') return patchFailed(node, `Talos says: ${said}`);
    // Unreachable, busy with another request, or rebooting.
    const { name, address: endpoint } = node;
    const passing = code === undefined ? whyNot(error) : said;
    return new Refusal({ kind: 'talos-unreachable', node: name, endpoint, why: passing });
  }

  private again(what: string): Look<Patched> {
    const { name: node } = this.step.node;
    const reason: Reason = { kind: 'patch-unanswered', node, since: this.since };
    return { kind: 'waiting', reason, note: `${node} ${what}`, againMs: 500 };
  }

  /** Waits for what may pass automatically. @throws what may not. */
  private mayPass(error: unknown): Look<Patched> {
    const { name, address } = this.step.node;
    if (!(error instanceof Refusal)) {
      const why = whyNot(error);
      return {
        kind: 'waiting',
        reason: { kind: 'talos-unreachable', node: name, endpoint: address, why },
      };
    }
    const { reason } = error;
    if (reason.kind === 'expectation-broken' && reason.what === 'boot id') return this.again('has rebooted');
    if (!failureOf(reason).retry) throw error;
    return {
      kind: 'waiting',
      reason,
      note: `${name} does not run with its patches yet: ${describe(reason)}`,
    };
  }
}

/**
 * Talos's own rejection. Only its first line, and of a list the first item: the rest repeats parts of the configuration.
 */
const answer =
  /code = (?<code>InvalidArgument|Unknown|FailedPrecondition|Unimplemented|PermissionDenied) desc = (?<why>\d+ errors? occurred:\s+\* [^\n]{1,300}|[^\n]{1,300})/;
