import { applyConfiguration } from './calls/configuration-calls.js';
import { reset, shutdown } from './calls/ending-calls.js';
import {
  etcdAlarmList,
  etcdForfeitLeadership,
  etcdLeaveCluster,
  etcdMemberList,
  etcdRemoveMemberById,
  etcdSnapshot,
  etcdStatus,
} from './calls/etcd-calls.js';
import { events } from './calls/events.js';
import { imagePull, imageServicePull } from './calls/image-calls.js';
import { disks, dmesg, read, serviceList, version } from './calls/machine-calls.js';
import { resourceGet, resourceList, resourceWatch } from './calls/resource-calls.js';
import { lifecycleInstall, lifecycleUpgrade, reboot, rollback, upgrade } from './calls/upgrade-calls.js';
import type { TalosHandler } from './talos-call.js';

/** Every call the lab answers, by its path. */
export const handlers: Readonly<Record<string, TalosHandler>> = {
  '/machine.MachineService/Version': { unary: version },
  '/machine.MachineService/Upgrade': { unary: upgrade },
  '/machine.MachineService/Reboot': { unary: reboot },
  '/machine.MachineService/Rollback': { unary: rollback },
  '/machine.MachineService/ApplyConfiguration': { unary: applyConfiguration },
  '/machine.MachineService/Reset': { unary: reset },
  '/machine.MachineService/Shutdown': { unary: shutdown },
  '/machine.MachineService/ImagePull': { unary: imagePull },
  '/machine.MachineService/ServiceList': { unary: serviceList },
  '/machine.MachineService/EtcdMemberList': { unary: etcdMemberList },
  '/machine.MachineService/EtcdStatus': { unary: etcdStatus },
  '/machine.MachineService/EtcdAlarmList': { unary: etcdAlarmList },
  '/machine.MachineService/EtcdForfeitLeadership': { unary: etcdForfeitLeadership },
  '/machine.MachineService/EtcdRemoveMemberByID': { unary: etcdRemoveMemberById },
  '/machine.MachineService/EtcdLeaveCluster': { unary: etcdLeaveCluster },
  '/machine.MachineService/EtcdSnapshot': { stream: etcdSnapshot },
  '/machine.MachineService/Dmesg': { stream: dmesg },
  '/machine.MachineService/Read': { stream: read },
  '/machine.MachineService/Events': { stream: events },
  '/machine.ImageService/Pull': { stream: imageServicePull },
  '/machine.LifecycleService/Install': { stream: lifecycleInstall },
  '/machine.LifecycleService/Upgrade': { stream: lifecycleUpgrade },
  '/storage.StorageService/Disks': { unary: disks },
  '/cosi.resource.State/Get': { unary: resourceGet },
  '/cosi.resource.State/List': { stream: resourceList },
  '/cosi.resource.State/Watch': { stream: resourceWatch },
};

/** Calls with one answer that Talos has, and that the lab rejects: UNIMPLEMENTED, after the role was checked. */
export const notSimulated: readonly string[] = [
  ...[
    'Bootstrap',
    'CPUFreqStats',
    'CPUInfo',
    'Containers',
    'DiskStats',
    'EtcdAlarmDisarm',
    'EtcdDefragment',
    'EtcdDowngradeCancel',
    'EtcdDowngradeEnable',
    'EtcdDowngradeValidate',
    'GenerateClientConfiguration',
    'GenerateConfiguration',
    'Hostname',
    'LoadAvg',
    'LogsContainers',
    'Memory',
    'MetaDelete',
    'MetaWrite',
    'Mounts',
    'Netstat',
    'NetworkDeviceStats',
    'Processes',
    'Restart',
    'ServiceRestart',
    'ServiceStart',
    'ServiceStop',
    'Stats',
    'SystemStat',
  ].map((name) => `/machine.MachineService/${name}`),
  '/machine.ImageService/Remove',
  '/cosi.resource.State/Create',
  '/cosi.resource.State/Update',
  '/cosi.resource.State/Destroy',
  '/inspect.InspectService/ControllerRuntimeDependencies',
  '/storage.StorageService/BlockDeviceWipe',
  '/time.TimeService/Time',
  '/time.TimeService/TimeCheck',
];

/** The same for calls that answer with a stream. */
export const notSimulatedStreams: readonly string[] = [
  ...['Copy', 'DiskUsage', 'ImageList', 'Kubeconfig', 'List', 'Logs', 'PacketCapture'].map(
    (name) => `/machine.MachineService/${name}`,
  ),
  '/machine.ImageService/List',
  '/cluster.ClusterService/HealthCheck',
];
