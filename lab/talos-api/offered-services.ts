import { hasLifecycleService } from '../machines/talos-services.js';

/** Services Talos has from 1.13 on. */
const SINCE_LIFECYCLE = new Set(['machine.ImageService', 'machine.LifecycleService']);

/** The service of a request's path. */
export function serviceOf(path: string): string {
  return path.split('/')[1] ?? '';
}

/** Whether a machine that runs this version has the service of a request at all. */
export function offers(version: string, path: string): boolean {
  return !SINCE_LIFECYCLE.has(serviceOf(path)) || hasLifecycleService(version);
}
