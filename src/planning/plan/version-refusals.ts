import { kubernetesVersions } from '../versions/kubernetes-versions.js';
import { type PlanInput, type SeenNode, runsTarget } from './plan-input.js';
import type { Reason } from '../reasons/reason.js';
import { knownTalosMinors, kubernetesRange } from '../versions/support-matrix.js';
import { flowOf, highestMinor } from '../versions/upgrade-flow.js';
import { hopsOfNode } from './node-strategy.js';
import { type VersionWay, versionHops } from '../versions/version-hops.js';
import { wantedStrategy } from './wanted-strategy.js';
import { deltaOf, isMinorBetween, isVersion, minorOf, newestOf, nextMinor } from '../versions/versions.js';

/** The hops of this request, or what the factory lacks for them. */
export function hopsOf(input: PlanInput, nodes: readonly SeenNode[]): VersionWay {
  if (!isVersion(input.request.talos)) return { hops: [] };
  const running = nodes.flatMap((node) =>
    node.selected && node.talos && !runsTarget(input, node) ? [node.talos.version] : [],
  );
  const available = input.availableVersions.kind === 'answered' ? input.availableVersions.value : [];
  return versionHops(running, input.request.talos, available);
}

/** What forbids the step of versions: each running version is judged once, and so is the target. */
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
  const path = hopsOf(input, nodes);
  const deltas = [...firstOf.values()].flatMap((node) => deltaRefusals(input, node, path));
  return [
    ...deltas,
    ...targetRefusals(input),
    // A request that skips a minor is refused, so its missing patches do not matter.
    ...(deltas.some(({ kind }) => kind === 'minor-skipped') ? [] : missingPatch(input, path)),
    ...kubernetesRefusals(input, checkedVersions(input, left, path)),
  ];
}

function deltaRefusals(input: PlanInput, seen: SeenNode, way: VersionWay): Reason[] {
  const { request, inventory } = input;
  const [to, from] = [request.talos, seen.talos?.version ?? ''];
  if (!isVersion(from)) return [{ kind: 'bad-version', version: from }];
  const delta = deltaOf(from, to);
  const reasons = flowRefusals(input, seen, way);
  // Another schematic at the same version.
  if (delta === 'same')
    return request.strategy === 'replace'
      ? [...reasons, { kind: 'strategy-impossible', node: seen.node.name, version: from }]
      : reasons;
  if (delta === 'downgrade') return [{ kind: 'downgrade', node: seen.node.name, from, to }];
  const skipped = delta === 'minor' ? skippedMinor(input, from, way) : [];
  if (skipped.length > 0) return skipped;
  const strategy = wantedStrategy(input, delta);
  // An install in place over another major is not tested.
  if (delta === 'major' && strategy === 'in-place')
    return [
      {
        kind: 'strategy-unavailable',
        from,
        to,
        ...(strategy === inventory.upgrade.strategy[delta] ? {} : { asked: true as const }),
      },
    ];
  return reasons;
}

/** A node to upgrade in place from a version whose protocol Slipway does not know; a replaced node needs none. */
function flowRefusals(input: PlanInput, seen: SeenNode, { hops }: VersionWay): Reason[] {
  const ownHops = hopsOfNode(input, seen, hops.length > 0 ? hops : [{ to: input.request.talos }]);
  const inPlace = ownHops.filter(
    ({ from, to, strategy }, at) => strategy === 'in-place' && (from !== to || at === ownHops.length - 1),
  );
  const unknown = inPlace.find(({ from }) => flowOf(from) === undefined);
  return unknown ? [{ kind: 'flow-unavailable', version: unknown.from, highest: highestMinor }] : [];
}

function skippedMinor(
  { request: { talos: to }, availableVersions }: PlanInput,
  from: string,
  { missingMinor }: VersionWay,
): Reason[] {
  // An unreachable factory has a reason of its own.
  if (missingMinor === undefined || availableVersions.kind === 'unreachable') return [];
  if (!isMinorBetween(nextMinor(from), nextMinor(from), missingMinor)) return [];
  return [{ kind: 'minor-skipped', from, to, next: missingMinor }];
}

function missingPatch({ availableVersions }: PlanInput, { missing }: VersionWay): Reason[] {
  if (missing === undefined || availableVersions.kind === 'unreachable') return [];
  const newest = newestOf(minorOf(missing), availableVersions.value);
  return [{ kind: 'version-unknown', version: missing, newest }];
}

/** The target, and each hop to another minor: the cluster already runs in the current minor. */
function checkedVersions({ request }: PlanInput, left: readonly SeenNode[], { hops }: VersionWay): string[] {
  const running = new Set(
    left.flatMap(({ talos }) => (talos && isVersion(talos.version) ? [minorOf(talos.version)] : [])),
  );
  const between = hops.map(({ to }) => to).filter((to) => to !== request.talos && !running.has(minorOf(to)));
  return [...between, request.talos];
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

/**
 * Why a Talos version does not support the running Kubernetes. @param versions of Talos, each of which must support the running Kubernetes.
 */
export function kubernetesRefusals({ observation }: PlanInput, versions: readonly string[]): Reason[] {
  const unknown = versions.filter((talos) => !kubernetesRange(talos));
  if (unknown.length > 0)
    return unknown.map((version) => ({ kind: 'talos-unsupported', version, known: knownTalosMinors }));
  const seen = kubernetesVersions(observation);
  if (!seen) {
    // An unreachable Kubernetes has a reason of its own.
    if (observation.workloads.kind === 'unreachable') return [];
    return [
      {
        kind: 'kubernetes-unreachable',
        endpoints: [],
        why: 'no kubelet and no static pod reports its version',
      },
    ];
  }
  return versions.flatMap((talos) => {
    const range = kubernetesRange(talos);
    return [...new Set([seen.lowest, seen.highest])].flatMap((kubernetes): Reason[] =>
      !range || isMinorBetween(minorOf(kubernetes), range.lowest, range.highest)
        ? []
        : [{ kind: 'kubernetes-unsupported', talos, kubernetes, ...range }],
    );
  });
}
