import { minorOf, nextMinor } from '../../planning/versions/versions.js';
import { listPrerequisites, type ToolState } from '../../tools/binaries/list-tools.js';
import type { Answer, Check } from './check.js';
import type { Looks } from './looks.js';

const limitMs = 60_000;
/** An upper bound: no upgrade passes through that many minors. */
const minorsMax = 12;

/** Programs that every run needs besides talosctl. Only `slipway snapshot prove` needs etcd. */
const programs = [
  { name: 'kubectl', why: 'it drains nodes' },
  { name: 'etcdutl', why: 'it proves etcd snapshots' },
  { name: 'etcd', why: 'slipway snapshot prove starts it', only: 'warn' },
] as const;

const ofUtilLinux = [
  { name: 'setpriv', why: 'every program is started through it, so that none outlives Slipway' },
  { name: 'flock', why: 'it has two that fetch the same take turns' },
] as const;

/** Checks the programs, the talosctl of each minor that a node runs or passes through, and the prerequisites of this machine. */
export function toolChecks(observed: Looks): Check[] {
  return [
    {
      group: 'tools',
      what: 'talosctl',
      limitMs: limitMs * 2,
      ask: async () => {
        const [tools, minors] = await Promise.all([observed.tools(), neededMinors(observed)]);
        const talosctls = tools.filter(({ name }) => name === 'talosctl');
        return minors.map((minor) => ({ what: `talosctl ${minor}`, ...talosctlAnswer(talosctls, minor) }));
      },
    },
    ...programs.map(({ name, why, ...rest }): Check => ({
      group: 'tools',
      what: name,
      limitMs,
      ask: async () => {
        const tool = (await observed.tools()).find((one) => one.name === name);
        return toolAnswer(tool, why, 'only' in rest ? 'warn' : 'fail');
      },
    })),
    ...ofUtilLinux.map(({ name, why }): Check => ({
      group: 'tools',
      what: name,
      limitMs,
      ask: async () => {
        const { found, remedy } = (await listPrerequisites()).find((one) => one.name === name) ?? {};
        return found === undefined
          ? { verdict: 'fail', says: `It is not on PATH; ${why}.`, type: remedy ? [remedy] : [] }
          : { verdict: 'ok', says: `${found}.` };
      },
    })),
  ];
}

/** Minors that the nodes run, and all between them and the declared version. Where no node responds: only the declared one. */
async function neededMinors(observed: Looks): Promise<string[]> {
  const declared = minorOf(observed.inventory.versions.talos);
  const running = await Promise.all(
    observed.inventory.nodes.map(async ({ name }) =>
      observed
        .talosVersion(name)
        .then(({ version }) => minorOf(version))
        .catch(() => undefined),
    ),
  );
  return minorsBetween(
    running.filter((minor) => minor !== undefined),
    declared,
  );
}

/** Each minor of `running`, and what an upgrade from there to `declared` passes through, in order. */
export function minorsBetween(running: readonly string[], declared: string): string[] {
  const found = new Set([declared]);
  for (const minor of running) {
    let step = minor;
    for (let left = minorsMax; left > 0 && !found.has(step) && step !== declared; left -= 1) {
      found.add(step);
      if (isNewer(step, declared)) break;
      step = nextMinor(`v${step}.0`);
    }
  }
  return [...found].toSorted((a, b) => Number(isNewer(a, b)) - Number(isNewer(b, a)));
}

function isNewer(minor: string, than: string): boolean {
  const [major = 0, minorNumber = 0] = minor.split('.').map(Number);
  const [otherMajor = 0, otherMinor = 0] = than.split('.').map(Number);
  return major === otherMajor ? minorNumber > otherMinor : major > otherMajor;
}

function talosctlAnswer(talosctls: readonly ToolState[], minor: string): Answer {
  const ofMinor = talosctls.filter(({ wanted, version }) =>
    [wanted, version].some((one) => one === minor || one?.startsWith(`${minor}.`)),
  );
  const tool = ofMinor.find(({ path }) => path !== undefined) ?? ofMinor[0];
  if (tool) return toolAnswer(tool, `nodes that run Talos ${minor} are upgraded with it`, 'fail');
  return {
    verdict: 'fail',
    says: `It is not here, and no version of Talos ${minor} is pinned; nodes that run it are upgraded with the client of their minor.`,
    type: [
      `SLIPWAY_BIN_TALOSCTL_${minor.replace('.', '_')}=/path/to/talosctl  # in the environment of the worker`,
    ],
  };
}

function toolAnswer(tool: ToolState | undefined, why: string, missing: 'fail' | 'warn'): Answer {
  if (tool?.path !== undefined) {
    const odd = tool.notes.length > 0;
    return {
      verdict: odd ? 'warn' : 'ok',
      says: odd ? tool.notes.join(' ') : `${tool.version ?? tool.wanted}, ${tool.path}.`,
    };
  }
  return {
    verdict: missing,
    says: `It is not here, and ${why}. ${tool?.notes.join(' ') ?? ''}`.trim(),
    type: [tool?.remedy ?? 'slipway tools'],
  };
}
