import { z } from 'zod';
import { duration } from './duration.js';

/** Where probes run when a probe does not say; `deploy/kubernetes/probes/namespace.yaml` makes it. */
export const usualProbeNamespace = 'slipway-probes';

const label = (what: string, most: number) =>
  z
    .string()
    .max(most)
    .regex(/^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/, `${what} has lower-case letters, digits and dashes`);

const words = z.array(z.string().min(1).max(2000)).min(1).max(50);

/**
 * A Pod that Slipway starts on a node that was upgraded or replaced, once its own checks are done and before pods may come back: the
 * node is uncordoned only if it ends with exit code 0. Slipway deletes it at its end. No secret stands here: all of it is in the
 * history of the run.
 */
export const Probe = z.strictObject({
  /** Of its own among the probes: `gpu`, `vlan-62`. */
  name: label('a probe', 30),
  /** The nodes it is for, all that is written holding; left out: all. */
  for: z
    .strictObject({
      role: z.enum(['control-plane', 'worker']).optional(),
      /** A pool: the nodes whose `hardware` that is. */
      hardware: z.string().min(1).max(64).optional(),
      /** The nodes whose `gpu.resource` that is: `nvidia.com/gpu`. */
      resource: z.string().min(1).max(253).optional(),
      nodes: z.array(z.string().min(1)).min(1).max(2000).optional(),
    })
    .optional(),
  /** Must be there, with the Role of `deploy/kubernetes/probes/namespace.yaml` in it. Pods with the host's network need one that allows them. */
  namespace: label('a namespace', 63).default(usualProbeNamespace),
  image: z.string().regex(/^\S{1,500}$/, 'an image is written registry.example.org/name:tag'),
  /** As in a Pod: what is run, in the place of the image's own entrypoint, each word separately. No shell reads it. */
  command: words.optional(),
  /** As in a Pod: its arguments. */
  args: words.optional(),
  /** What it is given, as limits of its container: `nvidia.com/gpu: 1`. */
  resources: z
    .record(
      z.string().regex(/^(cpu|memory|[a-z0-9.-]+\.[a-z]+\/[A-Za-z0-9._-]+)$/, {
        error: 'a resource is cpu, memory, or one like nvidia.com/gpu',
      }),
      z.union([
        z.int().positive(),
        z.string().regex(/^\d+(\.\d+)?(m|k|M|G|Ki|Mi|Gi)?$/, 'a quantity is written 1, 100m or 64Mi'),
      ]),
    )
    .optional(),
  /** It has the network of the node itself: its cards, their names and addresses. */
  hostNetwork: z.boolean().optional(),
  /** The RuntimeClass of its containers: `nvidia`. */
  runtimeClass: label('a RuntimeClass', 63).optional(),
  /** Annotations of its Pod: `k8s.v1.cni.cncf.io/networks: network/iot-vlan62`. */
  annotations: z.record(z.string().min(1).max(317), z.string().max(4000)).optional(),
  /** Linux capabilities; all others are taken from it. `NET_RAW`, which ping may need with the network of the node. */
  capabilities: z
    .array(z.string().regex(/^[A-Z_]{3,30}$/, 'a capability is written NET_RAW'))
    .min(1)
    .max(10)
    .optional(),
  /** From its Pod's creation to its end, images and all. At least a second. */
  limit: duration('2m'),
});
export type Probe = z.infer<typeof Probe>;
