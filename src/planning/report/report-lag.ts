import type { Role } from '../node/observation.js';
import { plannedOf } from './report-nodes.js';
import type { RunStory } from './run-report.js';
import { expandAddress } from '../terraform/address-template.js';
import { writtenVersion } from '../terraform/written-version.js';

/** References to the previous version: an upgrade in place changes the machine, and nothing that declares it. */
export interface ReportLag {
  /** What `machine.install.image` should say, each image once. Talos leaves it unchanged. */
  readonly machineConfig: readonly LaggingImage[];
  readonly terraform: {
    /** Where slipway.yaml names no variable. The name is a guess, from what most modules use. */
    readonly guessedVariable: 'talos_version';
    /** The variable that slipway.yaml names; null: it names none. */
    readonly variable: string | null;
    /** The values the variable should have, as they are written there; more than one where nodes ended on different versions. */
    readonly values: readonly string[];
    /** What a plan with the new value would replace, where slipway.yaml names the addresses. */
    readonly addresses: readonly string[];
  };
  /** What `versions.talos` of slipway.yaml should say; null: it says it. */
  readonly declared: string | null;
}

export interface LaggingImage {
  readonly image: string;
  readonly nodes: readonly string[];
  /** The role, where these are all of its nodes; null: only some, or of several roles. */
  readonly role: Role | null;
}

/** Null: no node has a new version. */
export function reportLag(story: RunStory): ReportLag | null {
  const { inventory, target, declared } = story;
  const reached = new Map<string, { readonly image: string; readonly to: string }>();
  for (const node of story.nodes) {
    const planned = plannedOf(story, node);
    // A replaced machine already matches its Terraform configuration.
    const image = planned?.replacement ? undefined : planned?.image;
    const there = node.outcome === 'done' || (node.outcome === 'halted' && node.state === 'on-target');
    if (there && image !== undefined) reached.set(node.node, { image, to: node.to });
  }
  if (reached.size === 0) return null;
  const names = [...reached.keys()];
  const images = [...new Set([...reached.values()].map(({ image }) => image))];
  const addresses = names.flatMap((name) => {
    const node = inventory?.nodes.find((one) => one.name === name);
    const template = node && inventory?.roles[node.role]?.terraform;
    if (!node || template === undefined) return [];
    const { host, role, vm } = node;
    const expanded = expandAddress(template, { node: name, host, role, vm });
    return expanded.ok ? [expanded.address] : [];
  });
  const variables = inventory?.terraform?.variables;
  return {
    machineConfig: images.map((image) => {
      const nodes = names.filter((name) => reached.get(name)?.image === image);
      return { image, nodes, role: roleOf(story, nodes) };
    }),
    terraform: {
      guessedVariable: 'talos_version',
      variable: variables?.talos ?? null,
      values: [
        ...new Set(
          [...reached.values()].map(({ to }) => writtenVersion(to, variables?.talosWritten ?? 'v1.2.3')),
        ),
      ],
      addresses,
    },
    declared: declared ? null : target,
  };
}

/** Their role, where these are all of its nodes. */
function roleOf({ inventory }: RunStory, names: readonly string[]): Role | null {
  const role = inventory?.nodes.find((node) => node.name === names[0])?.role;
  const all = inventory?.nodes.filter((node) => node.role === role).map((node) => node.name) ?? [];
  const same = all.length === names.length && all.every((name) => names.includes(name));
  return role && same ? role : null;
}
