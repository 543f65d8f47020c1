import {
  etcdAlarmList,
  etcdForfeitLeadership,
  etcdMemberList,
  etcdSnapshot,
  etcdStatus,
} from './calls/etcd-calls.js';
import { events } from './calls/events.js';
import { imagePull, imageServicePull } from './calls/image-calls.js';
import { dmesg, read, serviceList, version } from './calls/machine-calls.js';
import { resourceGet, resourceList, resourceWatch } from './calls/resource-calls.js';
import { lifecycleInstall, lifecycleUpgrade, reboot, rollback, upgrade } from './calls/upgrade-calls.js';
import type { TalosHandler } from './talos-call.js';

/** Every call the lab answers, by its path. */
export const handlers: Readonly<Record<string, TalosHandler>> = {
  '/machine.MachineService/Version': { unary: version },
  '/machine.MachineService/Upgrade': { unary: upgrade },
  '/machine.MachineService/Reboot': { unary: reboot },
  '/machine.MachineService/Rollback': { unary: rollback },
  '/machine.MachineService/ImagePull': { unary: imagePull },
  '/machine.MachineService/ServiceList': { unary: serviceList },
  '/machine.MachineService/EtcdMemberList': { unary: etcdMemberList },
  '/machine.MachineService/EtcdStatus': { unary: etcdStatus },
  '/machine.MachineService/EtcdAlarmList': { unary: etcdAlarmList },
  '/machine.MachineService/EtcdForfeitLeadership': { unary: etcdForfeitLeadership },
  '/machine.MachineService/EtcdSnapshot': { stream: etcdSnapshot },
  '/machine.MachineService/Dmesg': { stream: dmesg },
  '/machine.MachineService/Read': { stream: read },
  '/machine.MachineService/Events': { stream: events },
  '/machine.ImageService/Pull': { stream: imageServicePull },
  '/machine.LifecycleService/Install': { stream: lifecycleInstall },
  '/machine.LifecycleService/Upgrade': { stream: lifecycleUpgrade },
  '/cosi.resource.State/Get': { unary: resourceGet },
  '/cosi.resource.State/List': { stream: resourceList },
  '/cosi.resource.State/Watch': { stream: resourceWatch },
};

/** Calls with one answer that Talos has, and that the lab refuses: UNIMPLEMENTED, after the role was checked. */
export const notSimulated: readonly string[] = [
  ...[
    'ApplyConfiguration',
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
    'EtcdLeaveCluster',
    'EtcdRemoveMemberByID',
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
    'Reset',
    'Restart',
    'ServiceRestart',
    'ServiceStart',
    'ServiceStop',
    'Shutdown',
    'Stats',
    'SystemStat',
  ].map((name) => `/machine.MachineService/${name}`),
  '/machine.ImageService/Remove',
  '/cosi.resource.State/Create',
  '/cosi.resource.State/Update',
  '/cosi.resource.State/Destroy',
  '/inspect.InspectService/ControllerRuntimeDependencies',
  '/storage.StorageService/BlockDeviceWipe',
  '/storage.StorageService/Disks',
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
