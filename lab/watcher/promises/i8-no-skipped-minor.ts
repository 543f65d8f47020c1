import type { Evidence, MachineEvent } from '../evidence.js';
import { unobserved, violation, type Finding } from '../finding.js';
import { madeByOthers } from '../moments/hypervisor-calls.js';
import { lastBefore } from '../moments/last-before.js';
import { rollbackWanted, runsOf, blockedVersions } from '../moments/runs.js';
import { imageOf, installRequests, pullRequests } from '../moments/talos-calls.js';

/**
 * Kubernetes minors (of 1.x) each Talos minor (of 1.x) supports, lowest and highest.
 * Source: the support matrix in the documentation of each Talos release.
 */
const KUBERNETES_OF_TALOS: Readonly<Record<number, readonly [number, number]>> = {
  9: [27, 32],
  10: [28, 33],
  11: [29, 34],
  12: [30, 35],
  13: [31, 36],
  14: [32, 37],
};

/** An Image Factory image that installs Talos; other images are not restricted. */
const INSTALLER = /installer/;

interface Version {
  readonly major: number;
  readonly minor: number;
  readonly patch: number;
}

/**
 * I8: no step of a node skips a Talos minor, downgrades except in a rollback that a person wanted, or leaves what Talos supports of
 * Kubernetes.
 */
export function noMinorSkipped(evidence: Evidence): Finding[] {
  return evidence.machines.flatMap(({ name }) => {
    const own = evidence.machineEvents.filter(({ machine }) => machine === name);
    return [...judgeRequests(evidence, name, own), ...judgeBoots(evidence, name, own)];
  });
}

/** Requested installs and pulls, compared with the version that ran then: also where the machine rejected them. */
function judgeRequests(evidence: Evidence, node: string, own: readonly MachineEvent[]): Finding[] {
  const runs = runsOf(evidence);
  const installs = installRequests(evidence).map(({ request }) => ({ request, does: 'go' }));
  const pulls = pullRequests(evidence)
    .filter((request) => INSTALLER.test(imageOf(evidence, request) ?? ''))
    .map((request) => ({ request, does: 'pull what takes it' }));
  return [...installs, ...pulls]
    .filter(({ request }) => request.node === node)
    .flatMap(({ request, does }) => {
      const { at } = request;
      const image = imageOf(evidence, request);
      const from = lastBefore(own, at)?.version;
      // A request that was rejected before its image was read shows no version either.
      if (image === undefined && request.code !== 0) return [];
      if (from === undefined || image === undefined) {
        const unseen = from === undefined ? `what ${node} ran before` : 'its image';
        return [unobserved('I8', at, node, `${node} was asked to install, and ${unseen} was not seen`)];
      }
      const to = tagOf(image);
      // A run that rolls back several hops installs a version that no slot holds.
      const direction = blockedVersions(runs, node, at) ? 'back' : 'forward';
      const step = wrongStep(from, to, direction) ?? unsupported(evidence, to);
      return step === undefined
        ? []
        : [violation('I8', at, node, `${node} was asked to ${does} from ${from} to ${to}: ${step}`)];
    });
}

/** The machine reverted to its old slot automatically, or the lab replaced it with its first version: nobody downgraded it. */
const TURNS_BACK = new Set(['reverted', 'reset-by-lab']);

/** The downgrades that a person can want: the other slot, a new machine, an older image. */
const LEADS_BACK = new Set(['rollback-accepted', 'created', 'upgrade-accepted', 'armed']);

/** The running version, boot by boot; machines that their owner creates are not judged. */
function judgeBoots(evidence: Evidence, node: string, own: readonly MachineEvent[]): Finding[] {
  const findings: Finding[] = [];
  const runs = runsOf(evidence);
  const isWanted = ({ event, at }: MachineEvent): boolean =>
    LEADS_BACK.has(event) && rollbackWanted(runs, node, at);
  let before: MachineEvent | undefined;
  let turnedBack = false;
  for (const event of own) {
    if (TURNS_BACK.has(event.event) || isWanted(event)) turnedBack = true;
    if (event.event !== 'running') continue;
    const step = before === undefined ? undefined : wrongStep(before.version, event.version);
    const others = before !== undefined && madeByOthers(evidence, node, before.at, event.at);
    if (step !== undefined && !turnedBack && !others) {
      findings.push(
        violation('I8', event.at, node, `${node} went from ${before?.version} to ${event.version}: ${step}`),
      );
    }
    before = event;
    turnedBack = false;
  }
  return findings;
}

function wrongStep(
  fromTag: string,
  toTag: string,
  direction: 'forward' | 'back' = 'forward',
): string | undefined {
  const from = parsed(fromTag);
  const to = parsed(toTag);
  if (from === undefined || to === undefined) return `${from === undefined ? fromTag : toTag} is no version`;
  if (to.major !== from.major) return 'another major';
  if (to.minor > from.minor + 1 || (direction === 'back' && to.minor < from.minor - 1))
    return 'a minor is skipped';
  if (direction === 'back') return undefined;
  if (to.minor < from.minor || (to.minor === from.minor && to.patch < from.patch)) return 'that is down';
  return undefined;
}

function unsupported({ nodes }: Evidence, toTag: string): string | undefined {
  const range = KUBERNETES_OF_TALOS[parsed(toTag)?.minor ?? -1];
  if (range === undefined) return `nothing is known of the Kubernetes versions Talos ${toTag} supports`;
  const outside = nodes.find(({ kubelet }) => {
    const minor = parsed(kubelet)?.minor;
    return minor !== undefined && (minor < range[0] || minor > range[1]);
  });
  return (
    outside &&
    `${outside.node} runs Kubernetes ${outside.kubelet}, and Talos ${toTag} supports 1.${range[0]} to 1.${range[1]}`
  );
}

function tagOf(image: string): string {
  return image.slice(image.lastIndexOf(':') + 1);
}

function parsed(tag: string): Version | undefined {
  const match = /^v(\d+)\.(\d+)\.(\d+)/.exec(tag);
  return match ? { major: Number(match[1]), minor: Number(match[2]), patch: Number(match[3]) } : undefined;
}
