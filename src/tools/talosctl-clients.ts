import { Refusal } from './refusal.js';
import { talosctl, type CallLimits, type TalosTarget, type Talosctl } from './talosctl.js';
import { toolPath } from './tool-path.js';

/** talosctl with one talosconfig, in the minors the nodes run. */
export interface TalosctlClients {
  /**
   * For looking: any client answers, and the one of the node's minor answers best. It is known once the node was asked
   * for its version; where that minor is not here, another one looks.
   */
  readonly looking: Talosctl;
  /**
   * For changing a node: the client of exactly that minor.
   *
   * @param version what the node runs, `v1.13.4`.
   * @throws Refusal `tool-missing`
   */
  ofVersion(version: string): Promise<Talosctl>;
  /** That there is a client at all. @throws Refusal `tool-missing` */
  present(): Promise<void>;
}

/**
 * @param talosconfig path of the talosconfig file.
 * @param which what the talosconfig is called when it is rejected: `talosconfig (reader)`.
 * @param first the version whose minor is tried first, for the nodes nobody asked yet: what slipway.yaml declares.
 */
export function talosctlClients(
  talosconfig: () => Promise<string>,
  first: string,
  which?: string,
): TalosctlClients {
  const byMinor = new Map<string, Promise<Talosctl>>();
  const minors = new Map<string, string>();

  const ofMinor = (minor: string | undefined): Promise<Talosctl> => {
    const key = minor ?? '';
    const known = byMinor.get(key);
    if (known) return known;
    const made = (async () => talosctl(await toolPath('talosctl', minor), await talosconfig(), which))();
    byMinor.set(key, made);
    return made;
  };
  const tries = (address: string): (string | undefined)[] => [
    ...(minors.has(address) ? [minors.get(address)] : []),
    minorOf(first),
    undefined,
  ];
  const forNode = async (address: string): Promise<Talosctl> => {
    let missing: unknown;
    for (const minor of tries(address)) {
      try {
        return await ofMinor(minor);
      } catch (error) {
        if (!(error instanceof Refusal) || error.reason.kind !== 'tool-missing') throw error;
        missing ??= error;
      }
    }
    throw missing;
  };
  const looking = delegating(forNode);
  return {
    looking: {
      ...looking,
      version: async (target, limits) => {
        const version = await looking.version(target, limits);
        minors.set(target.node, minorOf(version));
        return version;
      },
    },
    ofVersion: (version) => ofMinor(minorOf(version)),
    present: async () => {
      await forNode('');
    },
  };
}

const methods = [
  'version',
  'nodename',
  'extensions',
  'machineStatus',
  'services',
  'etcdMembers',
  'etcdStatus',
  'etcdAlarms',
  'etcdSnapshot',
  'etcdForfeitLeadership',
  'dmesg',
  'bootId',
  'imagePull',
  'upgrade',
  'install',
  'reboot',
] as const satisfies readonly (keyof Talosctl)[];

/** Each method of the client of the node it is called for. */
function delegating(forNode: (address: string) => Promise<Talosctl>): Talosctl {
  type Method = (target: TalosTarget, ...rest: (string | CallLimits)[]) => Promise<unknown>;
  const entries = methods.map((name) => [
    name,
    async (target: TalosTarget, ...rest: (string | CallLimits)[]) => {
      const client = await forNode(target.node);
      return (client[name] as Method)(target, ...rest);
    },
  ]);
  // The list names methods only; a test sees to it that it names all.
  return Object.fromEntries(entries) as Record<(typeof methods)[number], unknown> as Talosctl;
}

/** `1.13` of `v1.13.4`; what is no version is its own minor, and no client has that. */
function minorOf(version: string): string {
  return /^v?(?<minor>\d+\.\d+)\./.exec(version)?.groups?.['minor'] ?? version;
}
