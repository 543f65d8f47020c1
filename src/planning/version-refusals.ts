import { kubernetesVersions } from './kubernetes-versions.js';
import { type PlanInput, type SeenNode, runsTarget } from './plan-input.js';
import type { Reason } from './reason.js';
import { knownTalosMinors, kubernetesRange } from './support-matrix.js';
import { flowOf, highestMinor } from './upgrade-flow.js';
import { versionHops } from './version-hops.js';
import { deltaOf, isMinorBetween, isVersion, minorOf, minorsApart, newestOf, nextMinor } from './versions.js';

/** The versions of this request's way, and the patch a trap asks for that the factory has not. */
export function hopsOf(input: PlanInput, nodes: readonly SeenNode[]): ReturnType<typeof versionHops> {
  const running = nodes.flatMap((node) =>
    node.selected && node.talos && !runsTarget(input, node) ? [node.talos.version] : [],
  );
  const available = input.availableVersions.kind === 'answered' ? input.availableVersions.value : [];
  return versionHops(running, input.request.talos, available);
}

/** What forbids the step of versions: each version that runs is judged once, and so is the target. */
export function versionRefusals(input: PlanInput, nodes: readonly SeenNode[]): Reason[] {
  const { request } = input;
  if (!isVersion(request.talos)) return [{ kind: 'bad-version', version: request.talos }];
  const left = nodes.filter((node) => node.selected && node.talos !== undefined && !runsTarget(input, node));
  if (left.length === 0) return [];
  const firstOf = new Map<string, SeenNode>();
  for (const node of left) {
    const from = node.talos?.version ?? '';
    if (!firstOf.has(from)) firstOf.set(from, node);
  }
  return [
    ...[...firstOf].flatMap(([from, { node }]) => deltaRefusals(input, node.name, from)),
    ...targetRefusals(input),
    ...trapRefusals(input, nodes),
    ...kubernetesRefusals(input),
  ];
}

function deltaRefusals(
  { request, inventory, availableVersions }: PlanInput,
  node: string,
  from: string,
): Reason[] {
  const to = request.talos;
  if (!isVersion(from)) return [{ kind: 'bad-version', version: from }];
  const delta = deltaOf(from, to);
  const { strategy, approve } = inventory.upgrade;
  const reasons: Reason[] = [];
  if (flowOf(from) === undefined)
    reasons.push({ kind: 'flow-unavailable', version: from, highest: highestMinor });
  if (delta === 'same') return reasons; // Another schematic at the same version.
  if (delta === 'downgrade') return [{ kind: 'downgrade', node, from, to }];
  if (delta === 'minor' && minorsApart(from, to) > 1) {
    const versions = availableVersions.kind === 'answered' ? availableVersions.value : [];
    return [
      { kind: 'minor-skipped', from, to, next: newestOf(nextMinor(from), versions) ?? nextMinor(from) },
    ];
  }
  if (delta === 'major' || strategy[delta] === 'rebuild')
    return [{ kind: 'strategy-unavailable', strategy: strategy[delta], from, to }];
  if (approve.includes(delta)) reasons.push({ kind: 'approval-unavailable', delta });
  return reasons;
}

function trapRefusals(input: PlanInput, nodes: readonly SeenNode[]): Reason[] {
  const { missing } = hopsOf(input, nodes);
  // Of a factory that did not answer that is said already.
  if (missing === undefined || input.availableVersions.kind === 'unreachable') return [];
  const newest = newestOf(minorOf(missing), input.availableVersions.value);
  return [{ kind: 'version-unknown', version: missing, newest }];
}

function targetRefusals({ request, inventory, availableVersions }: PlanInput): Reason[] {
  if (availableVersions.kind === 'unreachable') {
    return [{ kind: 'factory-unreachable', factory: inventory.image.factory, why: availableVersions.why }];
  }
  if (availableVersions.value.includes(request.talos)) return [];
  return [
    {
      kind: 'version-unknown',
      version: request.talos,
      newest: newestOf(minorOf(request.talos), availableVersions.value),
    },
  ];
}

function kubernetesRefusals({ request, observation }: PlanInput): Reason[] {
  const talos = request.talos;
  const range = kubernetesRange(talos);
  if (!range) return [{ kind: 'talos-unsupported', version: talos, known: knownTalosMinors }];
  const seen = kubernetesVersions(observation);
  if (!seen) {
    // Where Kubernetes did not answer at all, that is said already.
    if (observation.workloads.kind === 'unreachable') return [];
    return [
      {
        kind: 'kubernetes-unreachable',
        endpoints: [],
        why: 'no kubelet and no static pod tells its version',
      },
    ];
  }
  return [...new Set([seen.lowest, seen.highest])]
    .filter((kubernetes) => !isMinorBetween(minorOf(kubernetes), range.lowest, range.highest))
    .map((kubernetes) => ({ kind: 'kubernetes-unsupported', talos, kubernetes, ...range }));
}
