import type { RebootMode } from '../planning/plan/plan.js';
import { Refusal } from './refusal.js';
import { CommandFailed, runCommand, type CommandResult } from './run-command.js';
import { lookMs, type CallLimits, type TalosTarget } from './talos-target.js';

/** Commands that run through talosctl: those that change a node, and those that write a file. Reads go through Talos' API directly. */
export interface Talosctl {
  /** Writes a snapshot of the member's database to `file`. */
  etcdSnapshot(target: TalosTarget, file: string, limits?: CallLimits): Promise<void>;
  etcdForfeitLeadership(target: TalosTarget, limits?: CallLimits): Promise<void>;
  /** Removes a member from etcd's list, through any other member. @param memberId hex */
  etcdRemoveMember(target: TalosTarget, memberId: string, limits?: CallLimits): Promise<void>;
  imagePull(target: TalosTarget, image: string, limits?: CallLimits): Promise<void>;
  /** Legacy flow: sends the upgrade request and returns with its answer; the node installs and reboots on its own. */
  upgrade(target: TalosTarget, image: string, mode: RebootMode, limits?: CallLimits): Promise<void>;
  /** Lifecycle flow: installs, and returns when the installer has ended. Nothing on the node stops or reboots. */
  install(target: TalosTarget, image: string, limits?: CallLimits): Promise<void>;
  /** Sends the reboot request and returns with its answer. Talos checks neither etcd nor Kubernetes. */
  reboot(target: TalosTarget, mode: RebootMode, limits?: CallLimits): Promise<void>;
  /** Boots the other slot, and returns with the answer. Talos checks neither etcd nor Kubernetes. */
  rollback(target: TalosTarget, limits?: CallLimits): Promise<void>;
  /**
   * Sends a whole new configuration to a machine that has one. `no-reboot`: Talos rejects it where it could not take effect at once;
   * `auto`: Talos reboots where it must, and checks neither etcd nor Kubernetes. Output and errors may repeat parts of it.
   */
  applyConfiguration(
    target: TalosTarget,
    file: string,
    mode: 'auto' | 'no-reboot',
    limits?: CallLimits,
  ): Promise<void>;
  /** The effect that a dry run reports; undefined where talosctl does not report it. */
  tryConfiguration(
    target: TalosTarget,
    file: string,
    limits?: CallLimits,
  ): Promise<ConfigurationEffect | undefined>;
}

/** The effect of a configuration on a machine that runs another, or the same one. */
export type ConfigurationEffect = 'nothing' | 'at-once' | 'reboot';

/**
 * talosctl runs for a tenth of a second, or waits for the node. Without garbage collection and on one thread it takes a third less CPU. The
 * memory limit turns collection on again should one grow.
 */
const shortLived = { GOGC: 'off', GOMEMLIMIT: '256MiB', GOMAXPROCS: '1' };

/**
 * talosctl with one talosconfig. Every flag is explicit: its defaults change between releases.
 *
 * @param binary path of the talosctl of the node's running minor.
 * @param talosconfig path of the talosconfig file.
 * @param which the talosconfig's name in errors: `talosconfig (reader)`.
 */
export function talosctl(binary: string, talosconfig: string, which = 'talosconfig'): Talosctl {
  const call: Call = async (target, args, limits = {}) => {
    const run = runCommand({
      command: binary,
      args: [...args, '--talosconfig', talosconfig, '--nodes', target.node, '--endpoints', target.endpoint],
      timeoutMs: limits.timeoutMs ?? lookMs,
      env: shortLived,
      ...(limits.signal ? { signal: limits.signal } : {}),
      ...(limits.startBefore === undefined ? {} : { startBefore: limits.startBefore }),
    });
    try {
      return await run;
    } catch (error) {
      throw rejected(error, which, target) ?? error;
    }
  };
  return {
    etcdSnapshot: (target, file, limits) => done(call(target, ['etcd', 'snapshot', file], limits)),
    etcdForfeitLeadership: (target, limits) => done(call(target, ['etcd', 'forfeit-leadership'], limits)),
    etcdRemoveMember: (target, memberId, limits) =>
      done(call(target, ['etcd', 'remove-member', memberId], limits)),
    imagePull: (target, image, limits) =>
      done(call(target, ['image', 'pull', image, '--namespace', 'system'], limits)),
    ...requests((...of) => done(call(...of))),
    ...configurations(call),
  };
}

/** Messages of Go's TLS and of Talos' roles about a credential; each is final. */
const rejections =
  /tls: expired certificate|tls: unknown certificate|tls: bad certificate|tls: certificate required|x509: certificate (?:has expired|signed by unknown authority)|desc = not authorized/;

/** The reason for a rejected credential; undefined: another failure. */
function rejected(error: unknown, which: string, { endpoint }: TalosTarget): Refusal | undefined {
  if (!(error instanceof CommandFailed)) return undefined;
  const why = rejections.exec(error.stderrTail)?.[0];
  if (why === undefined) return undefined;
  const reason = { kind: 'credential-rejected', which, endpoint, why: why.replace('desc = ', '') } as const;
  return new Refusal(reason, { cause: error });
}

type Call<T = CommandResult> = (
  target: TalosTarget,
  args: readonly string[],
  limits?: CallLimits,
) => Promise<T>;

/** Its output is for people and not parsed. */
async function done(call: Promise<unknown>): Promise<void> {
  await call;
}

/** Commands that stop or change a node. Every flag is written out: its default changed between releases. */
function requests(call: Call<void>): Pick<Talosctl, 'upgrade' | 'install' | 'reboot' | 'rollback'> {
  return {
    upgrade: (target, image, mode, limits) => {
      const flags = ['--wait=false', '--reboot-mode', mode, '--stage=false', '--force=false'];
      return call(target, ['upgrade', '--image', image, ...flags], limits);
    },
    install: (target, image, limits) => {
      const flags = ['--no-reboot', '--drain=false', '--legacy=false', '--wait=true', '--debug=false'];
      const how = ['--namespace', 'system', '--progress', 'plain'];
      const timeout = ['--timeout', `${Math.ceil((limits?.timeoutMs ?? lookMs) / 1000)}s`];
      return call(target, ['upgrade', '--image', image, ...flags, ...how, ...timeout], limits);
    },
    reboot: (target, mode, limits) =>
      call(target, ['reboot', '--mode', mode, '--wait=false', '--drain=false'], limits),
    rollback: (target, limits) => call(target, ['rollback'], limits),
  };
}

/** Talos' messages on the effect of a configuration, the same from 1.9 to 1.13. */
const effects = /^Applied configuration (?<how>with|without) a reboot/m;

function configurations(call: Call): Pick<Talosctl, 'applyConfiguration' | 'tryConfiguration'> {
  const apply = (target: TalosTarget, file: string, flags: readonly string[], limits?: CallLimits) =>
    call(target, ['apply-config', '--file', file, ...flags], limits);
  return {
    applyConfiguration: (target, file, mode, limits) =>
      done(apply(target, file, ['--mode', mode, '--dry-run=false'], limits)),
    tryConfiguration: async (target, file, limits) => {
      const { stderr } = await apply(target, file, ['--mode', 'auto', '--dry-run=true'], limits);
      const how = effects.exec(stderr)?.groups?.['how'];
      if (how === undefined) return undefined;
      if (/^No changes\.$/m.test(stderr)) return 'nothing';
      return how === 'with' ? 'reboot' : 'at-once';
    },
  };
}
