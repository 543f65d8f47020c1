import { stringify } from 'yaml';
import type { Authority } from '../../certificate-authority.js';
import type { MachineDefinition } from '../machine-parts.js';
import { base64, type ClusterSecrets } from './cluster-secrets.js';

/** The inputs of generated machine configurations, besides the machine. */
export interface ConfigurationCluster {
  readonly name: string;
  /** `https://10.20.67.100:6443` */
  readonly endpoint: string;
  /** The virtual address of the control planes. */
  readonly vip: string;
  /** `v1.35.0` */
  readonly kubernetesVersion: string;
  readonly secrets: ClusterSecrets;
}

/** A machine, and the GPU that is passed through to it. */
export type ConfiguredMachine = MachineDefinition & { readonly gpu?: { readonly resource: string } };

/** The configuration for an NVIDIA device up to Talos 1.12, as user guides describe it. */
export const NVIDIA_FILES = [
  {
    path: '/var/cri/conf.d/nvidia-container-runtime.part',
    op: 'create',
    permissions: 0o644,
    content:
      '[plugins."io.containerd.grpc.v1.cri".containerd.runtimes.nvidia]\n  runtime_type = "io.containerd.runc.v2"\n',
  },
  {
    path: '/var/etc/nvidia-container-runtime/config.toml',
    op: 'create',
    permissions: 0o644,
    content: '[nvidia-container-cli]\nno-cgroups = true\n',
  },
];

/** The machine configuration of one machine, as `talosctl gen config` and a few patches would create it. */
export function generateConfiguration(machine: ConfiguredMachine, cluster: ConfigurationCluster): string {
  return stringify(
    {
      version: 'v1alpha1',
      debug: false,
      persist: true,
      machine: machineSection(machine, cluster),
      cluster: clusterSection(machine.role === 'control-plane', cluster),
    },
    { lineWidth: 0 },
  );
}

function machineSection(machine: ConfiguredMachine, cluster: ConfigurationCluster): object {
  const { secrets, vip, kubernetesVersion } = cluster;
  const controlPlane = machine.role === 'control-plane';
  const gateway = machine.address.replace(/\.\d+$/, '.254');
  return {
    type: controlPlane ? 'controlplane' : 'worker',
    token: secrets.machineToken,
    ca: authority(secrets.talos, controlPlane),
    certSANs: controlPlane ? [machine.address, vip] : [machine.address],
    kubelet: {
      image: `ghcr.io/siderolabs/kubelet:${kubernetesVersion}`,
      defaultRuntimeSeccompProfileEnabled: true,
      disableManifestsDirectory: true,
    },
    network: {
      hostname: machine.name,
      interfaces: [
        {
          interface: 'eth0',
          addresses: [`${machine.address}/24`],
          routes: [{ network: '0.0.0.0/0', gateway }],
          dhcp: false,
          ...(controlPlane ? { vip: { ip: vip } } : {}),
        },
      ],
    },
    install: {
      disk: '/dev/sda',
      image: machine.image ?? `factory.talos.dev/nocloud-installer/${machine.schematic}:${machine.version}`,
      wipe: false,
    },
    ...(machine.gpu?.resource === 'nvidia.com/gpu' ? { files: NVIDIA_FILES } : {}),
    features: {
      diskQuotaSupport: true,
      kubePrism: { enabled: true, port: 7445 },
      hostDNS: { enabled: true, forwardKubeDNSToHost: true },
    },
  };
}

function clusterSection(controlPlane: boolean, cluster: ConfigurationCluster): object {
  const { secrets, kubernetesVersion, name, endpoint } = cluster;
  const image = (component: string): object => ({
    image: `registry.k8s.io/${component}:${kubernetesVersion}`,
  });
  return {
    id: secrets.clusterId,
    secret: secrets.clusterSecret,
    controlPlane: { endpoint },
    clusterName: name,
    network: {
      dnsDomain: 'cluster.local',
      podSubnets: ['10.244.0.0/16'],
      serviceSubnets: ['10.96.0.0/16'],
    },
    token: secrets.bootstrapToken,
    ca: authority(secrets.kubernetes, controlPlane),
    ...(controlPlane
      ? {
          secretboxEncryptionSecret: secrets.secretboxEncryptionSecret,
          aggregatorCA: authority(secrets.aggregator, true),
          serviceAccount: { key: base64(secrets.serviceAccountKey) },
          apiServer: image('kube-apiserver'),
          controllerManager: image('kube-controller-manager'),
          proxy: image('kube-proxy'),
          scheduler: image('kube-scheduler'),
          etcd: { ca: authority(secrets.etcd, true) },
        }
      : {}),
    discovery: { enabled: true, registries: { kubernetes: { disabled: true }, service: {} } },
  };
}

function authority({ certificate, key }: Authority, withKey: boolean): { crt: string; key: string } {
  return { crt: base64(certificate), key: withKey ? base64(key) : '' };
}
