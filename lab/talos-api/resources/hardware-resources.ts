import type { NetworkInterface } from '../../machines/hardware.js';
import type { Machine } from '../../machines/machine.js';
import { showsConfigurationAsText } from '../../machines/talos-services.js';
import { resourceKinds } from './resource-definitions.js';
import type { Content } from './resource-view.js';

/** SMBIOS data of a virtual machine of QEMU. */
export function systemInformation(machine: Machine): Content[] {
  const uuid = machine.hardware.uuid;
  const [manufacturer, product, version] = ['QEMU', 'Standard PC (Q35 + ICH9, 2009)', 'pc-q35-9.2'];
  return [
    {
      kind: resourceKinds.systemInformation,
      id: 'systeminformation',
      yaml: { manufacturer, productName: product, version, uuid, wakeUpType: 'Power Switch' },
      proto: { manufacturer, product_name: product, version, uuid, wake_up_type: 'Power Switch' },
    },
  ];
}

/** The loopback and a physical link for each network interface; VLANs, bonds and bridges of the configuration are left out. */
export function links({ hardware }: Machine): Content[] {
  const loopback = link('lo', 1, { name: 'loopback', number: 772 }, '00:00:00:00:00:00');
  return [loopback, ...hardware.nics.map(physical)];
}

function physical({ mac }: NetworkInterface, index: number): Content {
  return link(`eth${index}`, index + 2, { name: 'ether', number: 1 }, mac);
}

function link(id: string, index: number, type: { name: string; number: number }, mac: string): Content {
  const up = type.name === 'ether';
  const broadcast = up ? 'ff:ff:ff:ff:ff:ff' : '00:00:00:00:00:00';
  const mtu = up ? 1_500 : 65_536;
  const queueDisc = up ? 'pfifo_fast' : 'noqueue';
  return {
    kind: resourceKinds.linkStatus,
    id,
    yaml: {
      index,
      type: type.name,
      linkIndex: 0,
      flags: up ? 'UP,BROADCAST,RUNNING,MULTICAST,LOWER_UP' : 'UP,LOOPBACK,RUNNING,LOWER_UP',
      hardwareAddr: mac,
      permanentAddr: mac,
      broadcastAddr: broadcast,
      mtu,
      queueDisc,
      operationalState: up ? 'up' : 'unknown',
      kind: '',
      slaveKind: '',
      ...(up ? { driver: 'virtio_net' } : {}),
      linkState: true,
      port: 'Other',
      duplex: 'Unknown',
    },
    proto: {
      index,
      type: type.number,
      flags: up ? 0x11043 : 0x10049,
      hardware_addr: bytesOf(mac),
      permanent_addr: bytesOf(mac),
      broadcast_addr: bytesOf(broadcast),
      mtu,
      queue_disc: queueDisc,
      operational_state: up ? 6 : 0,
      ...(up ? { driver: 'virtio_net' } : {}),
      link_state: true,
      port: 255,
      duplex: 255,
    },
  };
}

/** The running configuration, and the one on the disk, which is newer where one was staged. */
export function machineConfigs({ disk, version }: Machine): Content[] {
  const asText = showsConfigurationAsText(version);
  const { active, persisted } = disk.configuration;
  const found = [
    { id: 'v1alpha1', text: active?.text },
    { id: 'persistent', text: persisted?.text },
  ];
  return found.flatMap(({ id, text }) =>
    text === undefined
      ? []
      : [
          {
            kind: resourceKinds.machineConfig,
            id,
            yaml: asText ? block(text) : text,
            proto: { yaml_marshalled: Buffer.from(text) },
            ...(asText ? { annotations: { 'talos.dev/yaml-spec': '1' } } : {}),
          },
        ],
  );
}

/** A text as YAML: in block style, as Go writes one of several lines. */
function block(text: string): string {
  return `|\n${text.replace(/^(?=.)/gm, '    ')}`;
}

function bytesOf(mac: string): Buffer {
  return Buffer.from(mac.replaceAll(':', ''), 'hex');
}
