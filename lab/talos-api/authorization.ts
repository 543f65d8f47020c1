import { status } from '@grpc/grpc-js';
import { TalosError } from './talos-error.js';

const ADMIN = ['os:admin'];
const OPERATOR = ['os:admin', 'os:operator'];
const READER = ['os:admin', 'os:operator', 'os:reader'];
const ETCD_READER = ['os:admin', 'os:operator', 'os:reader', 'os:etcd:backup'];
const ETCD_BACKUP = ['os:admin', 'os:operator', 'os:etcd:backup'];

/** The roles for each call of Talos 1.12 and 1.13. A call that is not listed is for `os:admin` only. */
const ALLOWED: Readonly<Record<string, readonly string[]>> = {
  ...rules('/machine.MachineService/', OPERATOR, [
    'EtcdAlarmDisarm',
    'EtcdDefragment',
    'ImagePull',
    'PacketCapture',
    'Reboot',
    'Restart',
    'ServiceRestart',
    'ServiceStart',
    'ServiceStop',
    'Shutdown',
  ]),
  ...rules('/machine.ImageService/', OPERATOR, ['Pull']),
  ...rules('/machine.ImageService/', READER, ['List']),
  ...rules('/machine.MachineService/', READER, [
    'CPUFreqStats',
    'CPUInfo',
    'Containers',
    'DiskStats',
    'DiskUsage',
    'Dmesg',
    'Events',
    'Hostname',
    'ImageList',
    'List',
    'LoadAvg',
    'Logs',
    'LogsContainers',
    'Memory',
    'Mounts',
    'Netstat',
    'NetworkDeviceStats',
    'Processes',
    'ServiceList',
    'Stats',
    'SystemStat',
    'Version',
  ]),
  ...rules('/machine.MachineService/', ETCD_READER, ['EtcdAlarmList', 'EtcdMemberList', 'EtcdStatus']),
  ...rules('/machine.MachineService/', ETCD_BACKUP, ['EtcdSnapshot']),
  ...rules('/cosi.resource.State/', READER, ['Get', 'List', 'Watch']),
  ...rules('/cluster.ClusterService/', READER, ['HealthCheck']),
  ...rules('/inspect.InspectService/', READER, ['ControllerRuntimeDependencies']),
  ...rules('/storage.StorageService/', READER, ['Disks']),
  ...rules('/time.TimeService/', READER, ['Time', 'TimeCheck']),
};

/** Throws PermissionDenied when none of the roles may make the call. */
export function authorize(method: string, roles: readonly string[]): void {
  const allowed = ALLOWED[method] ?? ADMIN;
  if (!roles.some((role) => allowed.includes(role))) throw notAuthorized();
}

/** Talos' only message to a client without the role. */
export function notAuthorized(): TalosError {
  return new TalosError(status.PERMISSION_DENIED, 'not authorized');
}

function rules(
  service: string,
  roles: readonly string[],
  methods: readonly string[],
): Record<string, readonly string[]> {
  return Object.fromEntries(methods.map((method) => [service + method, roles]));
}
