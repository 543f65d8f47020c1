import type { LabOverlay } from './lab-overlay.js';

/**
 * The limits of a lab's inventory. `generous`: no step of a healthy node reaches its limit, however busy the machine is; a test that wants
 * a limit to be reached sets that one. `short`: for runs of many faults, where any wait may be in vain.
 */
export const limitsNames = ['generous', 'short'] as const;
export type LimitsName = (typeof limitsNames)[number];

/** Values that are no limit of a step, the same in both. */
const PACE = {
  look: '100ms',
  drainSlice: '10s',
};

const GENEROUS = '5m';

/** Real machines take minutes, these take seconds. */
const SHORT = {
  observe: '30s',
  image: '30s',
  gates: '30s',
  // Three attempts outlast an eviction that was granted and not carried out: two minutes in Kubernetes' own code.
  drain: '60s',
  transferLeadership: '20s',
  install: '15s',
  reboot: '30s',
  boot: '30s',
  ready: '30s',
  etcdRejoin: '30s',
  check: '10s',
  nodeChecks: '30s',
  snapshot: '60s',
};

/** The limits of a replacement's own waits. */
const SHORT_REPLACEMENT = {
  terraformPlan: '60s',
  terraformLock: '30s',
  templates: '60s',
  replace: '60s',
  removeMember: '20s',
  configure: '60s',
};

/** Times that are always waited in full, in seconds at speed 1. */
const WATCHED_SECONDS = { etcdStable: 2, soakControlPlane: 2, soakCanary: 2, soakWorker: 0 };

/** The limits of an inventory in a lab of that speed, with those of replacements where machines can be replaced. */
export function labLimits({
  speed,
  terraform,
  limits,
  decision,
}: Pick<LabOverlay, 'speed' | 'terraform' | 'limits' | 'decision'>): Readonly<Record<string, string>> {
  const short = { ...SHORT, ...(terraform ? SHORT_REPLACEMENT : {}) };
  const watched = Object.entries(WATCHED_SECONDS).map(([name, seconds]): [string, string] => [
    name,
    `${Math.round((seconds * 1000) / speed)}ms`,
  ]);
  return {
    ...PACE,
    decision,
    ...(limits === 'short' ? short : Object.fromEntries(Object.keys(short).map((name) => [name, GENEROUS]))),
    ...Object.fromEntries(watched),
  };
}
