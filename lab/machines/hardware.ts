import { createHash } from 'node:crypto';

/** A network interface as the machine sees it. The hypervisor's VLAN tag is invisible from inside. */
export interface NetworkInterface {
  /** `bc:24:11:2e:5a:01` */
  readonly mac: string;
  readonly vlan: 'untagged' | number;
}

/** A machine's hardware as its software sees it. */
export interface Hardware {
  /** SMBIOS UUID: the Node's `systemUUID`, and what `talosctl get systeminformation` shows. */
  readonly uuid: string;
  readonly nics: readonly NetworkInterface[];
  /** Devices passed through. Absent: those of the cluster's definition. */
  readonly pci?: readonly string[];
}

/** The initial hardware of a machine. The same name gives the same hardware. */
export function usualHardware(name: string): Hardware {
  const [one = '', two = '', three = ''] = digestOf(`mac ${name}`).match(/../g) ?? [];
  // Proxmox' own prefix.
  return {
    uuid: uuidOf(name),
    nics: [{ mac: ['bc', '24', '11', one, two, three].join(':'), vlan: 'untagged' }],
  };
}

/** 32 hex digits derived from a text: the initial machine id. */
export function digestOf(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 32);
}

function uuidOf(name: string): string {
  return digestOf(`uuid ${name}`).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
