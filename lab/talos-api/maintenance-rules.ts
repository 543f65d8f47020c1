import { status } from '@grpc/grpc-js';
import { hasLifecycleService } from '../machines/talos-services.js';
import { authorize } from './authorization.js';
import { serviceOf } from './offered-services.js';
import { TalosError } from './talos-error.js';

/** All calls of the maintenance service of Talos up to 1.12, besides those for administrators. */
const ANSWERED = new Set([
  '/machine.MachineService/ApplyConfiguration',
  '/storage.StorageService/Disks',
  '/storage.StorageService/BlockDeviceWipe',
  '/cosi.resource.State/Get',
  '/cosi.resource.State/List',
  '/cosi.resource.State/Watch',
]);

/** It knows these and rejects them: only SideroLink makes a client an administrator there. */
const ADMINISTRATORS = new Set(['Version', 'Upgrade', 'Reset', 'MetaWrite', 'MetaDelete']);

const SERVICES = new Set(['machine.MachineService', 'storage.StorageService', 'cosi.resource.State']);

/**
 * Throws Talos' error in maintenance mode for a call that is not allowed. Up to 1.12 a separate service responds, with few calls; from 1.13
 * on the usual one, where every client is a reader that may send a configuration.
 */
export function authorizeInMaintenance(version: string, path: string): void {
  if (hasLifecycleService(version)) {
    if (path !== '/machine.MachineService/ApplyConfiguration') authorize(path, ['os:reader']);
    return;
  }
  if (ANSWERED.has(path)) return;
  const service = serviceOf(path);
  if (!SERVICES.has(service)) throw unimplemented(`unknown service ${service}`);
  const method = path.split('/')[2] ?? '';
  throw ADMINISTRATORS.has(method)
    ? unimplemented('API is not implemented in maintenance mode')
    : unimplemented(`method ${method} not implemented`);
}

function unimplemented(message: string): TalosError {
  return new TalosError(status.UNIMPLEMENTED, message);
}
