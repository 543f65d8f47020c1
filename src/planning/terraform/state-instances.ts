import type { Reason } from '../reasons/reason.js';
import { contains, covers, parseAddress } from './address.js';
import type { StateModule, StateResource, TerraformState } from './terraform-json.js';

/** A managed resource instance in the state. */
export interface StateInstance {
  readonly address: string;
  readonly type: string;
  /** Its id; undefined where the provider gives none, and where only deposed objects are left. */
  readonly id: string | undefined;
  /** Its creation failed: the next plan replaces it. */
  readonly tainted: boolean;
  /** Keys of objects that a replacement left behind. */
  readonly deposed: readonly string[];
}

/** The address of a node in slipway.yaml. */
export interface NodeAddress {
  readonly node: string;
  readonly address: string;
  /** Its Talos API or its kubelet responded: a machine is there, whatever the state says. */
  readonly answers: boolean;
}

/** The managed instances at an address, in the state's order; a module is expanded to all that is in it. */
export function instancesOf(state: TerraformState, address: string): StateInstance[] {
  return managedInstances(state).filter((instance) => covers(address, instance.address));
}

/** Every managed instance of a state, without data sources. */
export function managedInstances(state: TerraformState): StateInstance[] {
  const byAddress = new Map<string, StateInstance>();
  for (const resource of resourcesOf(state.values?.root_module)) {
    if (resource.mode !== 'managed') continue;
    const { address, type, deposed_key: key, tainted = false } = resource;
    const seen = byAddress.get(address) ?? { address, type, id: undefined, tainted: false, deposed: [] };
    byAddress.set(
      address,
      key === undefined
        ? { ...seen, id: idOf(resource), tainted }
        : { ...seen, deposed: [...seen.deposed, key] },
    );
  }
  return [...byAddress.values()];
}

/** The instances of each node, or why an address is not usable: nothing is there, or another node's address covers the same instance. */
export function instancesOfNodes(
  state: TerraformState,
  nodes: readonly NodeAddress[],
): { readonly found: ReadonlyMap<string, readonly StateInstance[]>; readonly refusals: readonly Reason[] } {
  const all = managedInstances(state);
  const parsed = all.map((instance) => ({ instance, at: parseAddress(instance.address) }));
  const found = new Map(
    nodes.map(({ node, address }) => {
      const wanted = parseAddress(address);
      const own = parsed.filter(({ at }) => wanted && at && contains(wanted, at));
      return [node, own.map(({ instance }) => instance)];
    }),
  );
  const answering = nodes.filter(({ answers }) => answers);
  if (all.length === 0 && answering.length > 0)
    return { found, refusals: [{ kind: 'terraform-state-empty', answering: answering.length }] };
  const missing = nodes
    .filter(({ node }) => found.get(node)?.length === 0)
    .map(({ node, address, answers }): Reason =>
      answers
        ? { kind: 'terraform-state-lacks-node', node, address }
        : { kind: 'terraform-address-empty', name: node, address, near: nearTo(address, all) },
    );
  return { found, refusals: [...missing, ...shared(nodes, found)] };
}

/** The nearest instances in the state: those whose address begins likewise. */
export function nearTo(address: string, all: readonly StateInstance[]): string[] {
  const wanted = parseAddress(address);
  const first = wanted?.modules[0]?.name ?? wanted?.resource?.type;
  return all
    .map((instance) => instance.address)
    .filter((text) => {
      const other = parseAddress(text);
      return first !== undefined && (other?.modules[0]?.name ?? other?.resource?.type) === first;
    })
    .slice(0, 3);
}

/** What is replaced with the machine: everything at its address except the types and `type.name`s the inventory keeps. */
export function replacedOf(
  instances: readonly StateInstance[],
  keep: readonly string[] = [],
): StateInstance[] {
  return instances.filter(({ address, type }) => {
    const name = parseAddress(address)?.resource?.name ?? '';
    return !keep.includes(type) && !keep.includes(`${type}.${name}`);
  });
}

/** An instance, and the id that shows whether it is still the same one. */
export interface RecordedInstance {
  readonly address: string;
  readonly type: string;
  readonly id: string;
  /** It was tainted when it was recorded. */
  readonly tainted?: true;
}

/** What is recorded before anything is sent; refused for an instance without an id. */
export function recordInstances(
  instances: readonly StateInstance[],
):
  | { readonly ok: true; readonly recorded: readonly RecordedInstance[] }
  | { readonly ok: false; readonly reason: Reason } {
  const recorded: RecordedInstance[] = [];
  for (const { address, type, id, tainted } of instances) {
    if (id === undefined) return { ok: false, reason: { kind: 'terraform-id-missing', address } };
    recorded.push({ address, type, id, ...(tainted ? { tainted } : {}) });
  }
  return { ok: true, recorded };
}

function shared(
  nodes: readonly NodeAddress[],
  found: ReadonlyMap<string, readonly StateInstance[]>,
): Reason[] {
  const owners = new Map<string, string[]>();
  for (const { node } of nodes)
    for (const { address } of found.get(node) ?? [])
      owners.set(address, [...(owners.get(address) ?? []), node]);
  const reported = new Set<string>();
  return [...owners].flatMap(([instance, names]): Reason[] => {
    const group = names.join(' ');
    if (names.length < 2 || reported.has(group)) return [];
    reported.add(group);
    const address = nodes.find(({ node }) => node === names[0])?.address ?? instance;
    return [{ kind: 'terraform-address-too-wide', address, instance, nodes: names }];
  });
}

function resourcesOf(module: StateModule | undefined): StateResource[] {
  if (!module) return [];
  return [
    ...(module.resources ?? []),
    ...(module.child_modules ?? []).flatMap((child) => resourcesOf(child)),
  ];
}

function idOf({ values }: StateResource): string | undefined {
  const id = values?.['id'];
  if (typeof id === 'number') return String(id);
  return typeof id === 'string' && id !== '' ? id : undefined;
}
