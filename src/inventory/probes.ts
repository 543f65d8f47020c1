import { z } from 'zod';
import { duration } from './duration.js';

/** The default namespace of smoke tests; `deploy/kubernetes/probes/namespace.yaml` creates it. */
export const usualProbeNamespace = 'slipway-probes';

const label = (what: string, most: number) =>
  z
    .string()
    .max(most)
    .regex(/^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/, `${what} has lower-case letters, digits and dashes`);

const words = z.array(z.string().min(1).max(2000)).min(1).max(50);

/**
 * A smoke test: a Pod that Slipway runs on an upgraded or replaced node after its own checks and before the uncordon. The node is
 * uncordoned only after exit code 0. Slipway deletes the Pod at its end. Secrets are not allowed here: all of it is in the history of
 * the run.
 */
export const Probe = z.strictObject({
  /** Unique among the smoke tests: `gpu`, `vlan-62`. */
  name: label('a probe', 30),
  /** The nodes it runs on; all given conditions must hold. Left out: all nodes. */
  for: z
    .strictObject({
      role: z.enum(['control-plane', 'worker']).optional(),
      /** A pool: the nodes with this `hardware`. */
      hardware: z.string().min(1).max(64).optional(),
      /** The nodes with this `gpu.resource`: `nvidia.com/gpu`. */
      resource: z.string().min(1).max(253).optional(),
      nodes: z.array(z.string().min(1)).min(1).max(2000).optional(),
    })
    .optional(),
  /** Must exist, with the Role of `deploy/kubernetes/probes/namespace.yaml`. For `hostNetwork` it must allow such Pods. */
  namespace: label('a namespace', 63).default(usualProbeNamespace),
  image: z.string().regex(/^\S{1,500}$/, 'an image is written registry.example.org/name:tag'),
  /** As in a Pod: replaces the image's entrypoint, one entry per word. Not run by a shell. */
  command: words.optional(),
  /** As in a Pod: its arguments. */
  args: words.optional(),
  /** Resource limits of its container: `nvidia.com/gpu: 1`. */
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
  /** Whether it uses the node's network: its interfaces, their names and addresses. */
  hostNetwork: z.boolean().optional(),
  /** The RuntimeClass of its containers: `nvidia`. */
  runtimeClass: label('a RuntimeClass', 63).optional(),
  /** Annotations of its Pod: `k8s.v1.cni.cncf.io/networks: network/iot-vlan62`. */
  annotations: z.record(z.string().min(1).max(317), z.string().max(4000)).optional(),
  /** Linux capabilities; all others are dropped. With the node's network, ping may need `NET_RAW`. */
  capabilities: z
    .array(z.string().regex(/^[A-Z_]{3,30}$/, 'a capability is written NET_RAW'))
    .min(1)
    .max(10)
    .optional(),
  /** Timeout from the creation of its Pod to its end, including image pulls. At least a second. */
  limit: duration('2m'),
});
export type Probe = z.infer<typeof Probe>;
