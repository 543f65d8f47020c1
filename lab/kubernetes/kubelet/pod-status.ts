import { randomBytes } from 'node:crypto';
import type { V1ContainerStatus, V1Pod, V1PodCondition, V1PodStatus } from '@kubernetes/client-node';
import { kubernetesTime, type Stamped } from './kubernetes-time.js';

/** A Pod as the API sends it. */
export type WirePod = Stamped<V1Pod>;

/** How far a pod is on its machine. */
export type PodStage = 'creating' | 'running' | 'ready' | 'stopped';

/** One run of one container. */
export interface ContainerRun {
  /** `containerd://…` */
  readonly id: string;
  readonly startedAt: string;
  readonly restarts: number;
  /** The run before, which ended with the machine. */
  readonly before?: { readonly id: string; readonly startedAt: string; readonly finishedAt: string };
}

/** What the kubelet knows of a pod that the API does not. */
export interface PodRun {
  readonly stage: PodStage;
  /** By container name. */
  readonly containers: ReadonlyMap<string, ContainerRun>;
  /** The machine's true address. */
  readonly hostIp: string;
  readonly podIp: string;
}

/** First in a list of a strategic merge patch: the list replaces the old one instead of being merged into it. */
const replaceList = { $patch: 'replace', ip: '' };

/**
 * New runs of all containers of a pod; those that ran before count a restart, where the machine remembers them: it was
 * rebooted, not made anew.
 */
export function runContainers(pod: WirePod, now: Date, remembers = true): Map<string, ContainerRun> {
  const started = kubernetesTime(now);
  const runs = new Map<string, ContainerRun>();
  for (const { name } of pod.spec?.containers ?? []) {
    const last = remembers
      ? pod.status?.containerStatuses?.find((status) => status.name === name)
      : undefined;
    const ran = last?.containerID;
    runs.set(name, {
      id: `containerd://${randomBytes(32).toString('hex')}`,
      startedAt: started,
      restarts: (last?.restartCount ?? 0) + (ran ? 1 : 0),
      ...(ran
        ? { before: { id: ran, startedAt: last?.state?.running?.startedAt ?? started, finishedAt: started } }
        : {}),
    });
  }
  return runs;
}

/** The status a kubelet patches for a pod at its stage. */
export function podStatus(pod: WirePod, run: PodRun, now: Date): Stamped<V1PodStatus> {
  const ready = run.stage === 'ready';
  const runs = run.stage === 'running' || ready;
  const names = (pod.spec?.containers ?? []).map((container) => container.name);
  const wanting = ready
    ? {}
    : { reason: 'ContainersNotReady', message: `containers with unready status: [${names.join(' ')}]` };
  const condition = (type: string, value: boolean, why: object = {}): Stamped<V1PodCondition> => ({
    type,
    status: value ? 'True' : 'False',
    lastTransitionTime: transition(pod, type, value, now),
    ...(value ? { reason: null, message: null } : why),
  });
  // The list is merged by address; a pod that gets a new one must lose the old one.
  const ips = run.podIp === '' ? {} : { podIP: run.podIp, podIPs: [replaceList, { ip: run.podIp }] };
  return {
    observedGeneration: pod.metadata?.generation ?? 1,
    phase: run.stage !== 'creating' || pod.status?.phase === 'Running' ? 'Running' : 'Pending',
    hostIP: run.hostIp,
    hostIPs: [{ ip: run.hostIp }],
    ...(runs ? ips : {}),
    startTime: pod.status?.startTime ?? kubernetesTime(now),
    conditions: [
      condition('PodReadyToStartContainers', runs),
      condition('Initialized', true),
      condition('Ready', ready, wanting),
      condition('ContainersReady', ready, wanting),
    ],
    containerStatuses: (pod.spec?.containers ?? []).map((container) =>
      containerStatus(container.name, container.image ?? '', run, pod),
    ),
  };
}

/** The status of a pod that the kubelet will not run: a device it needs is not there. */
export function refusedStatus(pod: WirePod, run: PodRun, why: string, now: Date): Stamped<V1PodStatus> {
  const status = podStatus(pod, { ...run, stage: 'stopped', containers: new Map() }, now);
  return {
    ...status,
    phase: 'Failed',
    reason: 'UnexpectedAdmissionError',
    message: `Pod was rejected: ${why}`,
  };
}

/** True when the API shows the pod as the kubelet runs it. */
export function showsRun(pod: WirePod, run: PodRun): boolean {
  const ready = pod.status?.conditions?.find((condition) => condition.type === 'Ready')?.status === 'True';
  if (ready !== (run.stage === 'ready')) return false;
  return (pod.status?.containerStatuses ?? []).every(
    (status) => !status.containerID || status.containerID === run.containers.get(status.name)?.id,
  );
}

function containerStatus(name: string, image: string, run: PodRun, pod: WirePod): Stamped<V1ContainerStatus> {
  const own = run.containers.get(name);
  const last = pod.status?.containerStatuses?.find((status) => status.name === name);
  const digest = `${image.split(':')[0] ?? image}@sha256:${Buffer.from(image).toString('hex').padEnd(64, '0').slice(0, 64)}`;
  if (run.stage === 'creating' || !own) {
    return {
      name,
      image,
      imageID: '',
      ready: false,
      started: false,
      restartCount: last?.restartCount ?? 0,
      state: { waiting: { reason: 'ContainerCreating' } },
      lastState: {},
    };
  }
  const end = own.before;
  return {
    name,
    image,
    imageID: digest,
    containerID: own.id,
    ready: run.stage === 'ready',
    started: run.stage !== 'stopped',
    restartCount: own.restarts,
    state:
      run.stage === 'stopped'
        ? { terminated: { exitCode: 0, reason: 'Completed', containerID: own.id, startedAt: own.startedAt } }
        : { running: { startedAt: own.startedAt } },
    lastState: end
      ? {
          terminated: {
            exitCode: 255,
            reason: 'Unknown',
            containerID: end.id,
            startedAt: end.startedAt,
            finishedAt: end.finishedAt,
          },
        }
      : {},
  };
}

function transition(pod: WirePod, type: string, value: boolean, now: Date): string {
  const last = pod.status?.conditions?.find((each) => each.type === type);
  const same = last?.status === (value ? 'True' : 'False') ? last.lastTransitionTime : undefined;
  return same ?? kubernetesTime(now);
}
