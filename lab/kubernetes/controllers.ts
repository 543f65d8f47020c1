import path from 'node:path';
import { fewerCollections } from '../processes/fewer-collections.js';
import type { LabProcess } from '../processes/lab-process.js';
import type { ProcessGroup } from '../processes/process-group.js';

/** The settings of kube-controller-manager and kube-scheduler. */
export interface ControllerOptions {
  readonly processes: ProcessGroup;
  readonly binaries: { readonly controllerManager: string; readonly scheduler: string };
  readonly directory: string;
  readonly kubeconfigs: { readonly controllerManager: string; readonly scheduler: string };
  /** PEM of the authority that goes into service-account tokens' namespaces. */
  readonly authority: string;
  readonly serviceAccountKey: string;
  /** Seconds without a Lease after which a Node counts as not Ready. Kubernetes' default is 50. */
  readonly nodeMonitorGraceSeconds: number;
}

/** The controllers that the lab's workloads need; the others would only list and watch. */
const CONTROLLERS = [
  'daemonset-controller',
  'deployment-controller',
  'disruption-controller',
  'endpointslice-controller',
  'garbage-collector-controller',
  'namespace-controller',
  'node-lifecycle-controller',
  'persistentvolume-attach-detach-controller',
  'persistentvolume-binder-controller',
  'pod-garbage-collector-controller',
  'replicaset-controller',
  'root-ca-certificate-publisher-controller',
  'serviceaccount-controller',
  'statefulset-controller',
  'taint-eviction-controller',
];

/** Kubernetes checks every 5 s whether a tainted Node has recovered: too long for a lab whose machines boot in one. */
const NODE_LOOK_SECONDS = 1;

/** Starts kube-controller-manager and kube-scheduler. They have no port; their effects show that they work. */
export async function startControllers(options: ControllerOptions): Promise<readonly LabProcess[]> {
  const { processes, binaries, kubeconfigs, directory } = options;
  const quick = [
    '--leader-elect=false',
    '--secure-port=0',
    '--kube-api-qps=200',
    '--kube-api-burst=400',
    '--profiling=false',
  ];
  return Promise.all([
    processes.start({
      name: 'kube-controller-manager',
      command: binaries.controllerManager,
      args: [
        ...quick,
        `--kubeconfig=${kubeconfigs.controllerManager}`,
        '--use-service-account-credentials',
        `--root-ca-file=${options.authority}`,
        `--service-account-private-key-file=${options.serviceAccountKey}`,
        `--controllers=${CONTROLLERS.join(',')}`,
        `--node-monitor-grace-period=${options.nodeMonitorGraceSeconds}s`,
        '--pvclaimbinder-sync-period=1s',
        `--node-monitor-period=${Math.min(NODE_LOOK_SECONDS, options.nodeMonitorGraceSeconds / 5)}s`,
      ],
      env: fewerCollections,
      logFile: path.join(directory, 'logs', 'kube-controller-manager.log'),
      graceMs: 0,
    }),
    processes.start({
      name: 'kube-scheduler',
      command: binaries.scheduler,
      args: [...quick, `--kubeconfig=${kubeconfigs.scheduler}`],
      env: fewerCollections,
      logFile: path.join(directory, 'logs', 'kube-scheduler.log'),
      graceMs: 0,
    }),
  ]);
}
