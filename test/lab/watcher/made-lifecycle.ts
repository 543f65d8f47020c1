import {
  SCHEMATIC,
  etcdLook,
  event,
  goodEvidence,
  record,
  request,
  RUN,
  type MadeEvidence,
} from './made-evidence.js';

/** Like `goodEvidence`, except for k8s-ctrl-2, which runs Talos 1.13: its install starts at second 14 and its reboot at 17. */

const IMAGE = 'factory.talos.dev/nocloud-installer/x:v1.13.2';
const NODE = 'k8s-ctrl-2';
const OLD = { version: 'v1.13.1' };
const NEW = { version: 'v1.13.2', bootId: `${NODE}-boot-2`, slot: 'B' };

/** The call of LifecycleService; its image is in a nested message, which the log omits. */
export const install = (at: number, more: Partial<MadeEvidence['requests'][number]> = {}) =>
  request(at, NODE, 'Upgrade', { service: 'LifecycleService', took: 1_500, ...more });

/** A run on nodes of both flows that keeps every promise: k8s-work-1 has the legacy flow, from 1.12. */
export function mixedEvidence(): MadeEvidence {
  const evidence = goodEvidence();
  const worker = record(evidence, `${RUN}/1/k8s-work-1/1`);
  evidence.requests = [
    ...evidence.requests.filter(({ node, method }) => node !== NODE && !method.startsWith('EtcdS')),
    request(2, 'k8s-ctrl-1', 'EtcdSnapshot', { took: 300 }),
    request(10.5, NODE, 'Pull', { service: 'ImageService', args: { image_ref: IMAGE }, took: 400 }),
    ...etcdLook(13, NODE),
    install(14),
    ...etcdLook(16, NODE),
    request(17, NODE, 'Reboot', { args: { mode: 'DEFAULT' } }),
  ].toSorted((a, b) => a.at - b.at);
  evidence.machineEvents = [
    ...evidence.machineEvents.filter(({ machine }) => machine !== NODE),
    event(-5, NODE, 'ready', OLD),
    event(14.1, NODE, 'install-started', { ...OLD, detail: IMAGE, target: 'B' }),
    event(15.4, NODE, 'install-finished', { ...OLD, detail: `${IMAGE} into slot B`, target: 'B' }),
    event(15.4, NODE, 'armed', OLD),
    event(17.01, NODE, 'reboot-accepted', OLD),
    event(17.02, NODE, 'rebooting', OLD),
    event(17.1, NODE, 'down', OLD),
    event(19, NODE, 'booting', NEW),
    event(20, NODE, 'running', NEW),
    event(22, NODE, 'ready', NEW),
  ].toSorted((a, b) => a.at - b.at);
  const ofNode = record(evidence, `${RUN}/1/${NODE}/1`);
  ofNode.input = { to: 'v1.13.2', node: { schematic: SCHEMATIC.controlPlane, flow: 'lifecycle' } };
  worker.input = { to: 'v1.12.2', node: { schematic: SCHEMATIC.worker, flow: 'legacy' } };
  return evidence;
}

/** The request that reboots k8s-ctrl-2. */
export function rebootOf({ requests }: MadeEvidence): MadeEvidence['requests'][number] {
  const found = requests.find(({ method }) => method === 'Reboot');
  if (!found) throw new Error('there is no reboot in the evidence');
  return found;
}
