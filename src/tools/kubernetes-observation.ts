import type { V1LabelSelector, V1Node, V1Pod, V1PodDisruptionBudget } from '@kubernetes/client-node';
import type {
  BudgetObservation,
  NodeObject,
  PodObservation,
  WorkloadObservation,
} from '../planning/node/observation.js';

/** Slipway's annotations on a Node object. */
export const markAnnotations = {
  run: 'slipway.dev/run',
  cordonedBy: 'slipway.dev/cordoned-by',
  install: 'slipway.dev/install',
  armed: 'slipway.dev/armed',
  reboot: 'slipway.dev/reboot',
  replace: 'slipway.dev/replace',
} as const;

const controlPlaneComponents = new Set(['kube-apiserver', 'kube-controller-manager', 'kube-scheduler']);

/** The Node object as planning reads it. */
export function nodeObject(node: V1Node): NodeObject {
  const ready = node.status?.conditions?.find((condition) => condition.type === 'Ready');
  const annotations = node.metadata?.annotations ?? {};
  return {
    ready: ready?.status === 'True',
    readySince: isoTime(ready?.lastTransitionTime),
    readyMessage: ready?.message ?? 'the kubelet has not reported',
    unschedulable: node.spec?.unschedulable === true,
    ...cordonSetters(node),
    bootId: node.status?.nodeInfo?.bootID ?? '',
    systemUuid: node.status?.nodeInfo?.systemUUID ?? '',
    kubeletVersion: node.status?.nodeInfo?.kubeletVersion ?? '',
    osImage: node.status?.nodeInfo?.osImage ?? '',
    internalAddress: node.status?.addresses?.find((address) => address.type === 'InternalIP')?.address,
    labels: node.metadata?.labels ?? {},
    taints: (node.spec?.taints ?? [])
      .map((taint) => `${taint.key}=${taint.value ?? ''}:${taint.effect}`)
      .toSorted(),
    annotations,
    marks: {
      run: annotations[markAnnotations.run],
      cordonedBy: annotations[markAnnotations.cordonedBy],
      install: annotations[markAnnotations.install],
      armed: annotations[markAnnotations.armed],
      reboot: annotations[markAnnotations.reboot],
      replace: annotations[markAnnotations.replace],
    },
    resourceVersion: node.metadata?.resourceVersion ?? '',
  };
}

/**
 * A manager that sets a field owns it, and a removed field has no owner:
 * https://kubernetes.io/docs/reference/using-api/server-side-apply/#field-management
 */
function cordonSetters({ metadata }: V1Node): Pick<NodeObject, 'cordonSetBy'> {
  const setters = (metadata?.managedFields ?? []).flatMap(({ manager, fieldsV1 }) => {
    const spec = (fieldsV1 as FieldSet | undefined)?.['f:spec'];
    return manager !== undefined && spec?.['f:unschedulable'] !== undefined ? [manager] : [];
  });
  return setters.length === 0 ? {} : { cordonSetBy: setters };
}

/** `FieldsV1` of the Kubernetes API: a trie whose keys are `f:<name of the field>`. */
interface FieldSet {
  readonly [field: `f:${string}`]: FieldSet | undefined;
}

/** Pods, budgets and the static control-plane pods, with the budgets that protect each pod. */
export function workloadObservation(
  pods: readonly V1Pod[],
  budgets: readonly V1PodDisruptionBudget[],
): WorkloadObservation {
  return {
    pods: pods.map((pod) => podObservation(pod, budgets)),
    budgets: budgets.map(budgetObservation),
    controlPlane: pods
      .filter((pod) => controlPlaneComponents.has(componentOf(pod)))
      .map((pod) => ({
        component: componentOf(pod),
        node: pod.spec?.nodeName ?? '',
        version: imageTag(pod.spec?.containers[0]?.image),
        ready: isReady(pod),
      })),
  };
}

function podObservation(pod: V1Pod, budgets: readonly V1PodDisruptionBudget[]): PodObservation {
  const namespace = pod.metadata?.namespace ?? '';
  const owner = pod.metadata?.ownerReferences?.find((reference) => reference.controller);
  const readyCondition = pod.status?.conditions?.find((condition) => condition.type === 'Ready');
  return {
    namespace,
    name: pod.metadata?.name ?? '',
    node: pod.spec?.nodeName ?? '',
    phase: pod.status?.phase ?? 'Unknown',
    ready: isReady(pod),
    terminating: pod.metadata?.deletionTimestamp !== undefined,
    owner: owner ? ownerName(owner.kind, owner.name, pod.metadata?.labels?.['pod-template-hash']) : undefined,
    daemonSet: owner?.kind === 'DaemonSet',
    mirror: pod.metadata?.annotations?.['kubernetes.io/config.mirror'] !== undefined,
    budgets: budgets
      .filter(
        (budget) =>
          budget.metadata?.namespace === namespace && selects(budget.spec?.selector, pod.metadata?.labels),
      )
      .map((budget) => `${namespace}/${budget.metadata?.name ?? ''}`),
    trouble: troubleOf(pod),
    since: isoTime(readyCondition?.lastTransitionTime ?? pod.metadata?.creationTimestamp),
    ...pinned(pod),
  };
}

const hostname = 'kubernetes.io/hostname';

/** The node that the pod template pins it to. Pods of DaemonSets are pinned by name too, and their loss is no outage. */
function pinned(pod: V1Pod): { pinnedTo?: string } {
  const selected = pod.spec?.nodeSelector?.[hostname];
  if (selected !== undefined) return { pinnedTo: selected };
  const terms = pod.spec?.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
  const [term, ...others] = terms?.nodeSelectorTerms ?? [];
  const rule = term?.matchExpressions?.find(({ key, operator }) => key === hostname && operator === 'In');
  const [only, ...more] = rule?.values ?? [];
  return only !== undefined && more.length === 0 && others.length === 0 ? { pinnedTo: only } : {};
}

function budgetObservation(budget: V1PodDisruptionBudget): BudgetObservation {
  return {
    namespace: budget.metadata?.namespace ?? '',
    name: budget.metadata?.name ?? '',
    disruptionsAllowed: budget.status?.disruptionsAllowed ?? 0,
    currentHealthy: budget.status?.currentHealthy ?? 0,
    desiredHealthy: budget.status?.desiredHealthy ?? 0,
    expectedPods: budget.status?.expectedPods ?? 0,
    ...grantedEvictions(budget),
  };
}

function grantedEvictions({ status }: V1PodDisruptionBudget): Pick<BudgetObservation, 'granted'> {
  const granted = Object.entries(status?.disruptedPods ?? {});
  return granted.length === 0 ? {} : { granted: granted.map(([pod, at]) => ({ pod, at: isoTime(at) })) };
}

/** Talos labels its static pods `k8s-app`; kubeadm's convention is `component`. */
function componentOf(pod: V1Pod): string {
  if (pod.metadata?.namespace !== 'kube-system') return '';
  return pod.metadata.labels?.['k8s-app'] ?? pod.metadata.labels?.['component'] ?? '';
}

/** A Deployment's ReplicaSet is named `<deployment>-<pod-template-hash>`. */
function ownerName(kind: string, name: string, hash: string | undefined): string {
  const suffix = `-${hash ?? ''}`;
  if (kind === 'ReplicaSet' && hash && name.endsWith(suffix))
    return `Deployment/${name.slice(0, -suffix.length)}`;
  return `${kind}/${name}`;
}

function isReady(pod: V1Pod): boolean {
  return (
    pod.status?.conditions?.some((condition) => condition.type === 'Ready' && condition.status === 'True') ??
    false
  );
}

function troubleOf(pod: V1Pod): string | undefined {
  const statuses = [...(pod.status?.initContainerStatuses ?? []), ...(pod.status?.containerStatuses ?? [])];
  const waiting = statuses.find((status) => status.state?.waiting?.reason)?.state?.waiting?.reason;
  if (waiting && waiting !== 'ContainerCreating' && waiting !== 'PodInitializing') return waiting;
  const scheduled = pod.status?.conditions?.find((condition) => condition.type === 'PodScheduled');
  if (scheduled?.status === 'False') return scheduled.reason ?? 'Unschedulable';
  return pod.status?.phase === 'Failed' ? (pod.status.reason ?? 'Failed') : undefined;
}

/** Kubernetes' label selector. A budget without a selector selects nothing; an empty one selects all of its namespace. */
function selects(selector: V1LabelSelector | undefined, labels: Record<string, string> = {}): boolean {
  if (!selector) return false;
  const wanted = Object.entries(selector.matchLabels ?? {});
  if (!wanted.every(([key, value]) => labels[key] === value)) return false;
  return (selector.matchExpressions ?? []).every(({ key, operator, values = [] }) => {
    const value = labels[key];
    if (operator === 'In') return value !== undefined && values.includes(value);
    if (operator === 'NotIn') return value === undefined || !values.includes(value);
    if (operator === 'Exists') return value !== undefined;
    return operator === 'DoesNotExist' && value === undefined;
  });
}

function imageTag(image: string | undefined): string {
  const withoutDigest = image?.split('@')[0] ?? '';
  const colon = withoutDigest.lastIndexOf(':');
  return colon > withoutDigest.lastIndexOf('/') ? withoutDigest.slice(colon + 1) : '';
}

function isoTime(time: Date | undefined): string {
  return time ? new Date(time).toISOString() : new Date(0).toISOString();
}
