import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { parse, parseAllDocuments } from 'yaml';
import { projectRoot } from '../../src/tools/project-root.js';
import { readSettings } from '../../src/worker/settings.js';

const read = (file: string): string => readFileSync(path.join(projectRoot, file), 'utf8');

interface Manifest {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly labels?: Record<string, string> };
  readonly [section: string]: unknown;
}

interface PodTemplate {
  readonly metadata: { readonly labels: Record<string, string> };
  readonly spec: {
    readonly terminationGracePeriodSeconds: number;
    readonly affinity: {
      readonly podAntiAffinity: {
        readonly requiredDuringSchedulingIgnoredDuringExecution: readonly object[];
      };
    };
    readonly securityContext: object;
    readonly containers: readonly {
      readonly env: readonly { readonly name: string; readonly value: string }[];
      readonly securityContext: object;
      readonly volumeMounts: readonly { readonly name: string; readonly mountPath: string }[];
    }[];
    readonly volumes: readonly {
      readonly name: string;
      readonly secret?: { readonly secretName: string };
      readonly persistentVolumeClaim?: { readonly claimName: string };
    }[];
  };
}

const manifests = parseAllDocuments(read('deploy/kubernetes/worker.yaml')).map(
  (document) => document.toJS() as Manifest,
);
const named = (kind: string): Manifest => {
  const found = manifests.find((one) => one.kind === kind);
  if (!found) throw new Error(`there is no ${kind}`);
  return found;
};
const deployment = named('Deployment')['spec'] as {
  readonly replicas: number;
  readonly selector: object;
  readonly strategy: object;
  readonly template: PodTemplate;
};
const { template } = deployment;
const [container] = template.spec.containers;
const page = read('docs/install.md');

describe('the manifest of the workers', () => {
  it('keeps one of two at work: never both on a node, never both evicted, and none has to fit beside them', () => {
    const matchLabels = template.metadata.labels;
    expect(deployment).toMatchObject({ replicas: 2, selector: { matchLabels } });
    expect(deployment.strategy).toEqual({ rollingUpdate: { maxSurge: 0, maxUnavailable: 1 } });
    expect(template.spec.affinity.podAntiAffinity.requiredDuringSchedulingIgnoredDuringExecution).toEqual([
      { topologyKey: 'kubernetes.io/hostname', labelSelector: { matchLabels } },
    ]);
    expect(named('PodDisruptionBudget')['spec']).toEqual({ maxUnavailable: 1, selector: { matchLabels } });
  });

  it('may do no more than a pod has to', () => {
    expect(named('Namespace').metadata.labels).toEqual({
      'pod-security.kubernetes.io/enforce': 'restricted',
    });
    expect(template.spec.securityContext).toMatchObject({
      runAsNonRoot: true,
      seccompProfile: { type: 'RuntimeDefault' },
    });
    expect(container?.securityContext).toEqual({
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    });
  });

  it('writes where it may: a folder of its own, not the image', () => {
    const { repositoriesFolder } = readSettings(
      Object.fromEntries((container?.env ?? []).map(({ name, value }) => [name, value])),
    );
    const writable = template.spec.volumes.filter(({ secret }) => !secret).map(({ name }) => name);
    const folders = container?.volumeMounts.filter(({ name }) => writable.includes(name)) ?? [];
    expect(folders.some(({ mountPath }) => repositoriesFolder.startsWith(`${mountPath}/`))).toBe(true);
  });

  it('has the rights that Slipway ships with, and no other', () => {
    const { metadata } = parse(read('deploy/kubernetes/cluster-role.yaml')) as Manifest;
    expect(named('ClusterRoleBinding')).toMatchObject({
      roleRef: { kind: 'ClusterRole', name: metadata.name },
      subjects: [
        { kind: 'ServiceAccount', name: named('ServiceAccount').metadata.name, namespace: 'slipway' },
      ],
    });
    expect(manifests.filter(({ kind }) => kind.endsWith('Role'))).toEqual([]);
  });

  it('mounts what it names, and the page says how that comes to be', () => {
    const { volumes } = template.spec;
    expect(container?.volumeMounts.map(({ name }) => name).toSorted()).toEqual(
      volumes.map(({ name }) => name).toSorted(),
    );
    const claim = volumes.find(({ persistentVolumeClaim }) => persistentVolumeClaim);
    expect(claim?.persistentVolumeClaim?.claimName).toBe(named('PersistentVolumeClaim').metadata.name);
    const secret = volumes.find((volume) => volume.secret)?.secret?.secretName ?? '';
    expect(page).toContain(`kubectl create secret generic ${secret} -n slipway`);
    const snapshots = container?.volumeMounts.find(({ name }) => name === claim?.name)?.mountPath ?? '';
    expect(page).toContain(`snapshots go to\n\`${snapshots}\``);
  });

  it('passes the worker the settings that it reads, and nothing else', () => {
    const settings = read('src/worker/settings.ts');
    const known = [...settings.matchAll(/^ {2}(SLIPWAY_\w+):/gm)].map(([, name]) => name);
    expect(known.length).toBeGreaterThan(0);
    const names = container?.env.map(({ name }) => name) ?? [];
    expect(names.filter((name) => !known.includes(name))).toEqual(['TEMPORAL_ADDRESS', 'HOME']);
    const mounts = container?.volumeMounts.map(({ mountPath }) => mountPath) ?? [];
    const folders = container?.env.map(({ value }) => value).filter((value) => value.startsWith('/')) ?? [];
    const isMounted = (folder: string): boolean =>
      mounts.some((mount) => folder === mount || folder.startsWith(`${mount}/`));
    expect(folders.filter((folder) => !isMounted(folder))).toEqual([]);
  });

  it('gives a worker enough time for an answer in flight', () => {
    expect(template.spec.terminationGracePeriodSeconds).toBeGreaterThanOrEqual(120);
  });
});
