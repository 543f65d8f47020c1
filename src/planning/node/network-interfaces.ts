import type { NetworkInterface } from '../../inventory/network-cards.js';
import type { DefinedInterface } from '../terraform/defined-cards.js';

/** A physical network interface as Talos shows it: selected by its kind, whatever its name. */
export interface ObservedInterface {
  /** In lower case. */
  readonly mac: string;
  /** `virtio_net` */
  readonly driver?: string;
}

/** What is wrong with the network interfaces of a machine; `found`: how many there are. */
export interface WrongInterfaces {
  readonly wanted: number;
  readonly found: number;
  readonly wrong: readonly string[];
}

/** Compares the network interfaces in Terraform's state with slipway.yaml for the role: number, VLANs and bridges. */
export function wrongDefinitions(
  wanted: readonly NetworkInterface[],
  defined: readonly DefinedInterface[],
): WrongInterfaces | undefined {
  const wrong = wanted.flatMap((card, at): string[] => {
    const { vlan, bridge } = parts(card);
    const found = defined[at];
    if (!found) return [`card ${at + 1} (${vlanText(vlan)}) is missing`];
    return [
      ...(found.vlan === undefined || found.vlan === vlan
        ? []
        : [`card ${at + 1} is ${vlanText(found.vlan)}, and should be ${vlanText(vlan)}`]),
      ...(bridge === undefined || found.bridge === undefined || found.bridge === bridge
        ? []
        : [`card ${at + 1} is on ${found.bridge}, and should be on ${bridge}`]),
    ];
  });
  const more = defined
    .slice(wanted.length)
    .map(
      ({ vlan }, at) =>
        `card ${wanted.length + at + 1}${vlan === undefined ? '' : ` (${vlanText(vlan)})`} is one too many`,
    );
  return result(wanted.length, defined.length, [...wrong, ...more]);
}

/**
 * Compares the network interfaces of a machine with slipway.yaml for its role: number, drivers and MACs. The guest's order is not reliable,
 * so interfaces are not matched one by one. Tags are invisible to the guest: `wrongDefinitions` checks those.
 */
export function wrongLinks(
  wanted: readonly NetworkInterface[],
  seen: readonly ObservedInterface[],
): WrongInterfaces | undefined {
  const cards = wanted.map(parts);
  const macs = `with ${seen.map(({ mac }) => mac).join(', ') || 'none'}`;
  const number =
    seen.length === wanted.length ? [] : [`the machine shows ${seen.length} of ${wanted.length}, ${macs}`];
  const drivers = tally(cards.flatMap(({ driver }) => driver ?? [])).flatMap(([driver, least]) => {
    const has = seen.filter((link) => link.driver === driver).length;
    return has >= least ? [] : [`${has} of ${least} have the driver ${driver}`];
  });
  const prefixes = tally(cards.flatMap(({ mac }) => mac?.toLowerCase() ?? [])).flatMap(([prefix, least]) => {
    const has = seen.filter(({ mac }) => mac.startsWith(prefix)).length;
    return has >= least ? [] : [`the MACs of ${has} of ${least} begin with ${prefix}`];
  });
  return result(wanted.length, seen.length, [...number, ...drivers, ...prefixes]);
}

/** A node's identity on the network, before and after its machine was replaced: the MAC of its first network interface, and its address. */
export interface NetworkIdentity {
  readonly address: string | undefined;
  /** MACs of all its network interfaces, in the machine's order. */
  readonly macs: readonly string[];
}

/**
 * The part of its network identity that a node has lost. The MACs of the other network interfaces may change.
 *
 * @param first MAC of the first network interface by Terraform's state; without one, the first that the machine reports.
 */
export function lostIdentity(
  before: Partial<NetworkIdentity>,
  now: NetworkIdentity,
  first: string | undefined,
): { readonly what: 'MAC' | 'address'; readonly before: string; readonly now: string } | undefined {
  const text = (macs: readonly string[]): string => macs.join(', ') || 'none';
  const mac = first ?? before.macs?.[0];
  if (mac !== undefined && before.macs && !before.macs.includes(mac))
    return { what: 'MAC', before: text(before.macs), now: mac };
  if (mac !== undefined && !now.macs.includes(mac)) return { what: 'MAC', before: mac, now: text(now.macs) };
  if (before.address !== undefined && now.address !== before.address)
    return { what: 'address', before: before.address, now: now.address ?? 'none' };
  return undefined;
}

/** `3 network interfaces (untagged, VLAN 62, VLAN 81)` */
export function interfacesText(wanted: readonly NetworkInterface[]): string {
  const vlans = wanted.map((card) => vlanText(parts(card).vlan)).join(', ');
  return `${wanted.length} network interface${wanted.length === 1 ? '' : 's'} (${vlans})`;
}

function parts(card: NetworkInterface): Exclude<NetworkInterface, 'untagged' | number> {
  return typeof card === 'object' ? card : { vlan: card };
}

function vlanText(vlan: 'untagged' | number): string {
  return vlan === 'untagged' ? vlan : `VLAN ${vlan}`;
}

function tally(values: readonly string[]): [string, number][] {
  const counts = new Map<string, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts];
}

function result(wanted: number, found: number, wrong: readonly string[]): WrongInterfaces | undefined {
  return wrong.length === 0 ? undefined : { wanted, found, wrong };
}
