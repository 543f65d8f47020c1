import type { RebootMode } from '../planning/plan.js';
import { Refusal } from './refusal.js';
import { CommandFailed, runCommand } from './run-command.js';
import { isRecord, parseResources, parseTable, textOf, type TalosResource } from './talosctl-output.js';

/** Which node a call is for, and through which other node's Talos API it goes (I16). */
export interface TalosTarget {
  /** The node's address in the inventory. */
  readonly node: string;
  /** The address to connect to: a healthy control plane that is not the node. */
  readonly endpoint: string;
}

/** Limits of one call. */
export interface CallLimits {
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
  /** Milliseconds since the epoch after which it is not started any more. */
  readonly startBefore?: number;
}

export interface Talosctl {
  version(target: TalosTarget, limits?: CallLimits): Promise<string>;
  nodename(target: TalosTarget, limits?: CallLimits): Promise<string>;
  extensions(
    target: TalosTarget,
    limits?: CallLimits,
  ): Promise<{ schematic: string | undefined; names: string[] }>;
  machineStatus(
    target: TalosTarget,
    limits?: CallLimits,
  ): Promise<{ stage: string; ready: boolean; unmet: string[] }>;
  services(
    target: TalosTarget,
    limits?: CallLimits,
  ): Promise<{ name: string; state: string; health: string }[]>;
  etcdMembers(
    target: TalosTarget,
    limits?: CallLimits,
  ): Promise<{ id: string; name: string; learner: boolean }[]>;
  etcdStatus(target: TalosTarget, limits?: CallLimits): Promise<EtcdStatus>;
  etcdAlarms(target: TalosTarget, limits?: CallLimits): Promise<{ memberId: string; alarm: string }[]>;
  /** Writes a snapshot of the member's database to `file`. */
  etcdSnapshot(target: TalosTarget, file: string, limits?: CallLimits): Promise<void>;
  etcdForfeitLeadership(target: TalosTarget, limits?: CallLimits): Promise<void>;
  /** The kernel log of this boot, its end where it is long. */
  dmesg(target: TalosTarget, limits?: CallLimits): Promise<string>;
  /** The kernel's boot id. Needs the admin role. */
  bootId(target: TalosTarget, limits?: CallLimits): Promise<string>;
  imagePull(target: TalosTarget, image: string, limits?: CallLimits): Promise<void>;
  /** Legacy flow: sends the upgrade request and returns with its answer; the node installs and reboots by itself. */
  upgrade(target: TalosTarget, image: string, mode: RebootMode, limits?: CallLimits): Promise<void>;
  /** Lifecycle flow: installs, and returns when the installer has ended. Nothing stops on the node, and nothing reboots. */
  install(target: TalosTarget, image: string, limits?: CallLimits): Promise<void>;
  /** Sends the reboot request and returns with its answer. Talos asks neither etcd nor Kubernetes. */
  reboot(target: TalosTarget, mode: RebootMode, limits?: CallLimits): Promise<void>;
}

export interface EtcdStatus {
  readonly memberId: string;
  readonly leaderId: string;
  readonly raftTerm: number;
  readonly raftIndex: number;
  readonly raftAppliedIndex: number;
  readonly learner: boolean;
  readonly errors: string[];
}

/** A call that only looks takes well under a second; a node that hangs is unreachable after this. */
const lookMs = 15_000;

/**
 * talosctl is started some dozens of times a node and lives for a tenth of a second: without garbage collection, on one
 * thread, that takes a third less of the processor. The limit turns collection on again should one grow.
 */
const shortLived = { GOGC: 'off', GOMEMLIMIT: '256MiB', GOMAXPROCS: '1' };

/**
 * talosctl with one talosconfig. Every flag is explicit: its defaults change between releases.
 *
 * @param binary path of the talosctl of the node's running minor.
 * @param talosconfig path of the talosconfig file.
 * @param which what it is called when it is rejected: `talosconfig (reader)`.
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
      return (await run).stdout;
    } catch (error) {
      throw rejected(error, which, target) ?? error;
    }
  };
  return { ...nodeCalls(call), ...etcdCalls(call) };
}

/** What Go's TLS and Talos' roles say of a credential; each is final. */
const rejections =
  /tls: expired certificate|tls: unknown certificate|tls: bad certificate|tls: certificate required|x509: certificate (?:has expired|signed by unknown authority)|desc = not authorized/;

/** A credential that was looked at and turned down; undefined: something else happened. */
function rejected(error: unknown, which: string, { endpoint }: TalosTarget): Refusal | undefined {
  if (!(error instanceof CommandFailed)) return undefined;
  const why = rejections.exec(error.stderrTail)?.[0];
  if (why === undefined) return undefined;
  const reason = { kind: 'credential-rejected', which, endpoint, why: why.replace('desc = ', '') } as const;
  return new Refusal(reason, { cause: error });
}

type Call = (target: TalosTarget, args: readonly string[], limits?: CallLimits) => Promise<string>;

type EtcdCall = 'etcdMembers' | 'etcdStatus' | 'etcdAlarms' | 'etcdSnapshot' | 'etcdForfeitLeadership';

function nodeCalls(call: Call): Omit<Talosctl, EtcdCall> {
  const get = async (target: TalosTarget, type: string, limits?: CallLimits): Promise<TalosResource[]> =>
    parseResources(await call(target, ['get', type, '--output', 'yaml'], limits));
  return {
    version: async (target, limits) => text((await get(target, 'version', limits))[0], 'version'),
    nodename: async (target, limits) => text((await get(target, 'nodename', limits))[0], 'nodename'),
    extensions: async (target, limits) => extensionsOf(await get(target, 'extensions', limits)),
    machineStatus: async (target, limits) => machineStatusOf((await get(target, 'machinestatus', limits))[0]),
    services: async (target, limits) => {
      const rows = parseTable(await call(target, ['service'], limits), ['SERVICE', 'STATE', 'HEALTH']);
      return rows.map((row) => ({
        name: row['SERVICE'] ?? '',
        state: row['STATE'] ?? '',
        health: row['HEALTH'] ?? '',
      }));
    },
    dmesg: (target, limits) => call(target, ['dmesg', '--follow=false', '--tail=false'], limits),
    bootId: async (target, limits) =>
      (await call(target, ['read', '/proc/sys/kernel/random/boot_id'], limits)).trim(),
    imagePull: async (target, image, limits) => {
      await call(target, ['image', 'pull', image, '--namespace', 'system'], limits);
    },
    ...requests(call),
  };
}

/** What stops or changes a node. Every flag is written out: its default changed between releases. */
function requests(call: Call): Pick<Talosctl, 'upgrade' | 'install' | 'reboot'> {
  return {
    upgrade: async (target, image, mode, limits) => {
      const flags = ['--wait=false', '--reboot-mode', mode, '--stage=false', '--force=false'];
      await call(target, ['upgrade', '--image', image, ...flags], limits);
    },
    install: async (target, image, limits) => {
      const flags = ['--no-reboot', '--drain=false', '--legacy=false', '--wait=true', '--debug=false'];
      const how = ['--namespace', 'system', '--progress', 'plain'];
      const timeout = ['--timeout', `${Math.ceil((limits?.timeoutMs ?? lookMs) / 1000)}s`];
      await call(target, ['upgrade', '--image', image, ...flags, ...how, ...timeout], limits);
    },
    reboot: async (target, mode, limits) => {
      await call(target, ['reboot', '--mode', mode, '--wait=false', '--drain=false'], limits);
    },
  };
}

function etcdCalls(call: Call): Pick<Talosctl, EtcdCall> {
  return {
    etcdMembers: async (target, limits) => {
      const rows = parseTable(await call(target, ['etcd', 'members'], limits), ['ID', 'HOSTNAME', 'LEARNER']);
      return rows.map((row) => ({
        id: row['ID'] ?? '',
        name: row['HOSTNAME'] ?? '',
        learner: row['LEARNER'] === 'true',
      }));
    },
    etcdStatus: async (target, limits) => {
      const rows = parseTable(await call(target, ['etcd', 'status'], limits), [
        'MEMBER',
        'LEADER',
        'RAFT APPLIED INDEX',
      ]);
      return etcdStatusOf(rows[0]);
    },
    etcdAlarms: async (target, limits) => {
      const printed = await call(target, ['etcd', 'alarm', 'list'], limits);
      if (printed.trim() === '') return [];
      const rows = parseTable(printed, ['MEMBER', 'ALARM']);
      return rows
        .map((row) => ({ memberId: row['MEMBER'] ?? '', alarm: row['ALARM'] ?? '' }))
        .filter((row) => row.alarm !== '' && row.alarm !== 'NONE');
    },
    etcdSnapshot: async (target, file, limits) => {
      await call(target, ['etcd', 'snapshot', file], limits);
    },
    etcdForfeitLeadership: async (target, limits) => {
      await call(target, ['etcd', 'forfeit-leadership'], limits);
    },
  };
}

function text(resource: TalosResource | undefined, field: string): string {
  const value = resource?.spec[field];
  if (typeof value !== 'string' || value === '') throw new Error(`talosctl printed no ${field}`);
  return value;
}

/** Image Factory adds a virtual extension named `schematic` whose version is the schematic's id. */
function extensionsOf(resources: readonly TalosResource[]): {
  schematic: string | undefined;
  names: string[];
} {
  const all = resources.map((resource) =>
    isRecord(resource.spec['metadata']) ? resource.spec['metadata'] : {},
  );
  const schematic = all.find((metadata) => metadata['name'] === 'schematic')?.['version'];
  const names = all
    .map((metadata) => textOf(metadata['name']))
    .filter((name) => name !== '' && name !== 'schematic');
  return { schematic: typeof schematic === 'string' ? schematic : undefined, names: names.toSorted() };
}

function machineStatusOf(resource: TalosResource | undefined): {
  stage: string;
  ready: boolean;
  unmet: string[];
} {
  const status = isRecord(resource?.spec['status']) ? resource.spec['status'] : {};
  const conditions = Array.isArray(status['unmetConditions']) ? status['unmetConditions'] : [];
  return {
    stage: text(resource, 'stage'),
    ready: status['ready'] === true,
    unmet: conditions
      .filter(isRecord)
      .map((condition) => `${String(condition['name'])}: ${String(condition['reason'])}`),
  };
}

function etcdStatusOf(row: Record<string, string> | undefined): EtcdStatus {
  if (!row) throw new Error('talosctl printed no etcd status');
  return {
    memberId: row['MEMBER'] ?? '',
    leaderId: row['LEADER'] ?? '',
    raftTerm: Number(row['RAFT TERM']),
    raftIndex: Number(row['RAFT INDEX']),
    raftAppliedIndex: Number(row['RAFT APPLIED INDEX']),
    learner: row['LEARNER'] === 'true',
    errors: row['ERRORS'] ? [row['ERRORS']] : [],
  };
}
