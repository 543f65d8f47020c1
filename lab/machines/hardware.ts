import { createHash } from 'node:crypto';

/** A network interface as the machine sees it. What VLAN tag the hypervisor puts on it cannot be seen from inside. */
export interface NetworkInterface {
  /** `bc:24:11:2e:5a:01` */
  readonly mac: string;
  readonly vlan: 'untagged' | number;
}

/** What a machine is made of, as far as its software sees it. */
export interface Hardware {
  /** SMBIOS UUID: the Node's `systemUUID`, and what `talosctl get systeminformation` shows. */
  readonly uuid: string;
  readonly nics: readonly NetworkInterface[];
  /** Devices passed through. Absent: those the cluster's definition has. */
  readonly pci?: readonly string[];
}

/** The hardware a machine has when the lab begins. The same for the same name. */
export function usualHardware(name: string): Hardware {
  const [one = '', two = '', three = ''] = digestOf(`mac ${name}`).match(/../g) ?? [];
  // Proxmox' own prefix.
  return {
    uuid: uuidOf(name),
    nics: [{ mac: ['bc', '24', '11', one, two, three].join(':'), vlan: 'untagged' }],
  };
}

/** 32 hex digits that always belong to a text: the machine id a machine begins with. */
export function digestOf(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 32);
}

function uuidOf(name: string): string {
  return digestOf(`uuid ${name}`).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
