import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it, test } from '@jest/globals';
import { parse, parseAllDocuments } from 'yaml';
import { clusterNamed, clusterNames } from '../../../lab/clusters/clusters.js';
import { loopbackOf, schematicOf, type ClusterDefinition } from '../../../lab/clusters/cluster-definition.js';
import { talosReleases } from '../../../lab/factory/talos-releases.js';
import { manifestPath } from '../../../lab/kubernetes/apply-manifests.js';
import { labSettings } from '../../../lab/lab-options.js';
import { projectRoot } from '../../../src/tools/project-root.js';

interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
  readonly items?: readonly Manifest[];
}

const filesOf = ({ workloads }: ClusterDefinition): [string, string][] =>
  workloads.map((file) => [
    file,
    readFileSync(path.join(projectRoot, 'lab/kubernetes/workloads', file), 'utf8'),
  ]);

describe.each(clusterNames)('the cluster %s of the lab', (name) => {
  const definition = clusterNamed(name);

  it('has an address of its own for each machine and the VIP, none of them the lab’s', () => {
    const addresses = [...definition.machines.map(({ address }) => address), definition.vip];
    const places = addresses.map((address) => loopbackOf('127.77', address));
    expect(new Set(places).size).toBe(places.length);
    // The lab's API server, factory, control server, Temporal and hypervisor are there: lab/lab.ts, PLACES.
    for (const taken of [1, 2, 3, 4, 5]) expect(places).not.toContain(`127.77.0.${taken}`);
  });

  it('has a schematic for each machine, and begins with a Talos the factory can build', () => {
    for (const machine of definition.machines)
      expect(schematicOf(definition, machine).id).toMatch(/^[0-9a-f]{64}$/);
    expect(talosReleases).toEqual(
      expect.arrayContaining([definition.versions.talos, definition.versions.target]),
    );
  });

  it('runs workloads that the lab can apply, with a value for every placeholder', () => {
    const known = new Set(['kubernetes', 'hours-ago', ...Object.keys(definition.values ?? {})]);
    for (const [file, text] of filesOf(definition)) {
      const open = [...text.matchAll(/\{\{([a-z-]+)[:}]/g)].map(([, value]) => value);
      expect({ file, open: open.filter((value) => !known.has(value ?? '')) }).toEqual({ file, open: [] });
      const manifests = parseAllDocuments(text).map((document) => document.toJS() as Manifest);
      for (const manifest of manifests.flatMap((one) => one.items ?? one))
        expect(manifestPath(manifest)).toContain(`/${manifest.metadata.name}`);
    }
  });

  it('applies a namespace before what is in it', () => {
    const there = new Set(['default', 'kube-system']);
    for (const [file, text] of filesOf(definition)) {
      const manifests = parseAllDocuments(text).map((document) => document.toJS() as Manifest);
      for (const { kind, metadata } of manifests.flatMap((one) => one.items ?? one)) {
        if (kind === 'Namespace') there.add(metadata.name);
        const { namespace = 'default' } = metadata;
        expect({ file, name: metadata.name, there: there.has(namespace) }).toEqual({
          file,
          name: metadata.name,
          there: true,
        });
      }
    }
  });
});

describe('a cluster by name', () => {
  it('is one of those there are', () => {
    expect(() => clusterNamed('elsewhere')).toThrow(
      'The lab has no cluster elsewhere. It has prox-ops-small, ',
    );
  });

  it.each(['atlas', 'portkey'])('%s has the schematics its inventory names', (name) => {
    const definition = clusterNamed(name);
    const { roles, nodes } = parse(readFileSync(definition.inventory ?? '', 'utf8')) as {
      roles: Record<'control-plane' | 'worker', { schematic: string }>;
      nodes: { name: string; role: 'control-plane' | 'worker'; schematic?: string }[];
    };
    const named = nodes.map((node) => node.schematic ?? roles[node.role].schematic);
    expect(definition.machines.map((machine) => schematicOf(definition, machine).id)).toEqual(named);
    expect(definition.schematics['control-plane'].id).toBe(roles['control-plane'].schematic);
  });
});

test('prox-ops has the files its inventory names as patches', () => {
  const { inventory = '', patchFiles = {} } = clusterNamed('prox-ops');
  const { patches } = parse(readFileSync(inventory, 'utf8')) as {
    patches: { for: { nodes: string[] }; patch: { file: string } }[];
  };
  const named = patches.flatMap(({ for: { nodes }, patch }) =>
    nodes.map((node) => patch.file.replace('{node}', node)),
  );
  expect(Object.keys(patchFiles)).toEqual(named);
});

describe('the versions a lab begins with', () => {
  const versions = (options: Parameters<typeof labSettings>[0]): object => {
    const { talos, target, kubernetes } = labSettings(options);
    return { talos, target, kubernetes };
  };

  it('are those of the cluster', () => {
    expect(versions({ cluster: 'portkey' })).toEqual({
      talos: 'v1.12.3',
      target: 'v1.12.3',
      kubernetes: 'v1.35.0',
    });
  });

  it('are mapped for machines and inventory alike, and a target goes before the map', () => {
    const map = 'talos=1.13.8,kubernetes=v1.34.2';
    const mapped = { talos: 'v1.13.8', target: 'v1.13.8', kubernetes: 'v1.34.2' };
    expect(versions({ cluster: 'atlas', versions: map })).toEqual(mapped);
    expect(versions({ cluster: 'atlas', versions: map, target: 'v1.13.9' })).toEqual({
      ...mapped,
      target: 'v1.13.9',
    });
  });

  it.each(['1.13.8', 'talos', 'etcd=3.6.6', 'talos=1.13'])('are not given as "%s"', (map) => {
    expect(() => labSettings({ versions: map })).toThrow(
      'Versions are written talos=1.13.8,kubernetes=1.35.0',
    );
  });

  it('are ones the factory can build', () => {
    expect(() => labSettings({ versions: 'talos=1.14.0' })).toThrow(
      'The simulated factory cannot build Talos v1.14.0.',
    );
  });
});
