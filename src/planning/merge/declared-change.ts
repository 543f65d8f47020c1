import type { Inventory } from '../../inventory/schema.js';
import { installerImage } from '../versions/installer-image.js';
import { type LabelNames, type LabelVerdict, labelVerdict } from './label-verdict.js';
import { type Delta, deltaOf } from '../versions/versions.js';

/** The parts of an inventory that a change can turn into an upgrade. */
export type DeclaredInventory = Pick<
  Inventory,
  'cluster' | 'versions' | 'image' | 'roles' | 'nodes' | 'upgrade'
>;

/** What a commit declares for one cluster. */
export type DeclaredState =
  | { readonly kind: 'read'; readonly inventory: DeclaredInventory }
  | { readonly kind: 'absent' }
  /** Each mistake on a line, as `slipway inventory check` reports it. */
  | { readonly kind: 'unreadable'; readonly mistakes: readonly string[] };

/** Two commits, and their context. */
export interface ChangeInput {
  /** Path of the inventory in the repository. */
  readonly file: string;
  /** Before: the branch without the change. */
  readonly base: DeclaredState;
  /** After: the branch with it. */
  readonly head: DeclaredState;
  /** Labels of the pull request, where there is one. */
  readonly labels?: readonly string[];
  /** Which labels mean a strategy. */
  readonly names?: LabelNames;
  /** The last run of the cluster that upgraded it, if any. */
  readonly lastRun?: { readonly run: number; readonly from: string; readonly to: string };
}

/** One version that a commit newly declares. */
export interface VersionStep {
  readonly from: string;
  readonly to: string;
  readonly delta: Exclude<Delta, 'same'>;
}

/** What a change of slipway.yaml, or of a file it names, means for a cluster. */
export type DeclaredChange =
  /** An upgrade. Planning decides which nodes it concerns, and what forbids it. */
  | {
      readonly kind: 'upgrade';
      readonly cluster: string;
      /** `kubernetes`: Kubernetes alone changes. `image`: the same Talos in another image, whatever else changes. */
      readonly what: 'talos' | 'kubernetes' | 'both' | 'image';
      readonly talos?: VersionStep;
      readonly kubernetes?: VersionStep;
      /** Nodes that get another image besides another version, or without one. */
      readonly images: readonly string[];
      readonly labels: LabelVerdict;
    }
  /** A version is older. No merge rolls a cluster back. */
  | {
      readonly kind: 'downgrade';
      readonly cluster: string;
      /** The versions that roll back. */
      readonly talos?: VersionStep;
      readonly kubernetes?: VersionStep;
      /** The run that a person may roll back: the change undoes exactly that run. */
      readonly undoes?: number;
    }
  | { readonly kind: 'nothing'; readonly cluster: string; readonly versions: Inventory['versions'] }
  /** The inventory cannot be read now. No run starts; an open run continues. */
  | { readonly kind: 'unreadable'; readonly file: string; readonly mistakes: readonly string[] }
  /** The inventory could not be read before, and can now: only the declared versions are known, not what changed. */
  | { readonly kind: 'mended'; readonly cluster: string; readonly versions: Inventory['versions'] }
  | { readonly kind: 'new'; readonly cluster: string; readonly versions: Inventory['versions'] }
  /** The file is no longer there. Undefined: it could not be read before either. */
  | { readonly kind: 'gone'; readonly file: string; readonly cluster: string | undefined }
  /** The same file now names another cluster. */
  | { readonly kind: 'renamed'; readonly from: string; readonly to: string }
  /** The file is on neither side. */
  | { readonly kind: 'absent'; readonly file: string };

/** What a change means. The delta of the versions decides; labels inform. */
export function declaredChange(input: ChangeInput): DeclaredChange {
  const { file, base, head } = input;
  if (head.kind === 'unreadable') return { kind: 'unreadable', file, mistakes: head.mistakes };
  if (head.kind === 'absent') {
    if (base.kind === 'absent') return { kind: 'absent', file };
    return { kind: 'gone', file, cluster: base.kind === 'read' ? base.inventory.cluster : undefined };
  }
  const { cluster, versions } = head.inventory;
  if (base.kind === 'absent') return { kind: 'new', cluster, versions };
  if (base.kind === 'unreadable') return { kind: 'mended', cluster, versions };
  if (base.inventory.cluster !== cluster)
    return { kind: 'renamed', from: base.inventory.cluster, to: cluster };
  return compared(input, base.inventory, head.inventory);
}

function compared(input: ChangeInput, before: DeclaredInventory, after: DeclaredInventory): DeclaredChange {
  const { cluster } = after;
  const talos = stepOf(before.versions.talos, after.versions.talos);
  const kubernetes = stepOf(before.versions.kubernetes, after.versions.kubernetes);
  const back = [talos, kubernetes].map((step) => (step?.delta === 'downgrade' ? step : undefined));
  if (back.some((step) => step !== undefined)) return downgrade(input, cluster, back);
  const images = otherImages(before, after);
  const what = whatOf(talos, kubernetes, images);
  if (what === undefined) return { kind: 'nothing', cluster, versions: after.versions };
  return {
    kind: 'upgrade',
    cluster,
    what,
    ...(talos ? { talos } : {}),
    ...(kubernetes ? { kubernetes } : {}),
    images,
    labels: labelVerdict(input.labels ?? [], input.names ?? {}, after, talos?.delta),
  };
}

function downgrade(
  { lastRun }: ChangeInput,
  cluster: string,
  [talos, kubernetes]: readonly (VersionStep | undefined)[],
): DeclaredChange {
  const undone = talos !== undefined && talos.from === lastRun?.to && talos.to === lastRun.from;
  return {
    kind: 'downgrade',
    cluster,
    ...(talos ? { talos } : {}),
    ...(kubernetes ? { kubernetes } : {}),
    ...(undone && !kubernetes ? { undoes: lastRun.run } : {}),
  };
}

function whatOf(
  talos: VersionStep | undefined,
  kubernetes: VersionStep | undefined,
  images: readonly string[],
): (DeclaredChange & { kind: 'upgrade' })['what'] | undefined {
  if (talos && kubernetes) return 'both';
  if (talos) return 'talos';
  // Also when Kubernetes changes: Kubernetes alone starts no run.
  if (images.length > 0) return 'image';
  return kubernetes ? 'kubernetes' : undefined;
}

function stepOf(from: string, to: string): VersionStep | undefined {
  const delta = deltaOf(from, to);
  return delta === 'same' ? undefined : { from, to, delta };
}

/** Nodes on both sides whose installer image differs in more than its tag: schematic, platform, factory or secure boot. */
function otherImages(before: DeclaredInventory, after: DeclaredInventory): string[] {
  const images = new Map(before.nodes.map((node) => [node.name, installerImage(before, node, '')]));
  return after.nodes
    .filter((node) => images.has(node.name) && images.get(node.name) !== installerImage(after, node, ''))
    .map(({ name }) => name);
}
