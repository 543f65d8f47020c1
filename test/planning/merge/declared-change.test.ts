import { describe, expect, test } from '@jest/globals';
import type { Document } from 'yaml';
import { parseInventory } from '../../../src/inventory/load.js';
import {
  type ChangeInput,
  type DeclaredState,
  declaredChange,
} from '../../../src/planning/merge/declared-change.js';
import { describeDeclaredChange } from '../../../src/planning/merge/describe-declared-change.js';
import { changedText } from '../../inventory/an-inventory.js';

const file = 'clusters/atlas/slipway.yaml';
const names = { 'in-place': 'upgrade-pets', replace: 'upgrade-cattle' };

/** What a slipway.yaml says: that of the tests, changed: Talos v1.12.6, Kubernetes v1.35.0, all in place. */
function says(change: (draft: Document) => void = () => undefined): DeclaredState {
  const loaded = parseInventory(
    changedText((draft) => {
      draft.setIn(['upgrade'], { strategy: { minor: 'in-place', major: 'in-place' } });
      change(draft);
    }),
    file,
  );
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.mistakes));
  return { kind: 'read', inventory: loaded.inventory };
}

function versions(talos: string, kubernetes = 'v1.35.0'): DeclaredState {
  return says((draft) => draft.setIn(['versions'], { talos, kubernetes }));
}

const unreadable: DeclaredState = {
  kind: 'unreadable',
  mistakes: ['slipway.yaml:2 versions: a, b, c', 'second'],
};
const absent: DeclaredState = { kind: 'absent' };

function changeOf(base: DeclaredState, head: DeclaredState, more: Partial<ChangeInput> = {}) {
  return declaredChange({ file, base, head, names, ...more });
}

describe('what a change of slipway.yaml means', () => {
  test.each<[string, DeclaredState, DeclaredState, object, string]>([
    [
      'a patch of Talos',
      versions('v1.12.6'),
      versions('v1.12.7'),
      {
        kind: 'upgrade',
        what: 'talos',
        talos: { from: 'v1.12.6', to: 'v1.12.7', delta: 'patch' },
        images: [],
      },
      'atlas: Talos v1.12.6 → v1.12.7 (patch)',
    ],
    [
      'a minor of Talos',
      versions('v1.12.6'),
      versions('v1.13.0'),
      { kind: 'upgrade', what: 'talos', talos: { delta: 'minor' } },
      'atlas: Talos v1.12.6 → v1.13.0 (minor)',
    ],
    [
      'a major of Talos',
      versions('v1.12.6'),
      versions('v2.0.0'),
      { kind: 'upgrade', what: 'talos', talos: { delta: 'major' } },
      'atlas: Talos v1.12.6 → v2.0.0 (major)',
    ],
    [
      'Kubernetes alone',
      versions('v1.12.6'),
      versions('v1.12.6', 'v1.36.0'),
      { kind: 'upgrade', what: 'kubernetes', kubernetes: { from: 'v1.35.0', to: 'v1.36.0', delta: 'minor' } },
      'atlas: Kubernetes v1.35.0 → v1.36.0 (minor)',
    ],
    [
      'both',
      versions('v1.12.6'),
      versions('v1.13.0', 'v1.35.1'),
      { kind: 'upgrade', what: 'both' },
      'atlas: Talos v1.12.6 → v1.13.0 (minor) and Kubernetes v1.35.0 → v1.35.1 (patch)',
    ],
    [
      "another schematic of a node's own",
      says(),
      says((draft) => draft.setIn(['nodes', 3, 'schematic'], 'b'.repeat(64))),
      { kind: 'upgrade', what: 'image', images: ['w'] },
      'atlas: another image for w',
    ],
    [
      'another schematic of a role, with a version',
      versions('v1.12.6'),
      says((draft) => {
        draft.setIn(['versions', 'talos'], 'v1.12.7');
        draft.setIn(['roles', 'control-plane', 'schematic'], 'b'.repeat(64));
      }),
      { kind: 'upgrade', what: 'talos', images: ['a', 'b', 'c'] },
      'atlas: Talos v1.12.6 → v1.12.7 (patch) and another image for a, b and c',
    ],
    [
      'another schematic beside another Kubernetes: there is something to bring',
      says(),
      says((draft) => {
        draft.setIn(['versions', 'kubernetes'], 'v1.36.0');
        draft.setIn(['roles', 'worker', 'schematic'], 'b'.repeat(64));
      }),
      { kind: 'upgrade', what: 'image', images: ['w'], kubernetes: { to: 'v1.36.0' } },
      'atlas: Kubernetes v1.35.0 → v1.36.0 (minor) and another image for w',
    ],
    [
      'another factory',
      says(),
      says((draft) => draft.setIn(['image', 'factory'], 'factory.example.org')),
      { kind: 'upgrade', what: 'image', images: ['a', 'b', 'c', 'w'] },
      'atlas: another image for a, b, c and w',
    ],
    [
      'a pre-release that is released',
      versions('v1.13.0-beta.1'),
      versions('v1.13.0'),
      { kind: 'upgrade', talos: { delta: 'patch' } },
      'atlas: Talos v1.13.0-beta.1 → v1.13.0 (patch)',
    ],
    [
      'a limit',
      says(),
      says((draft) => draft.setIn(['limits'], { boot: '20m' })),
      { kind: 'nothing', cluster: 'atlas' },
      'atlas: no version and no image has changed (Talos v1.12.6, Kubernetes v1.35.0), so nothing is upgraded',
    ],
    [
      'a node more',
      says(),
      says((draft) => draft.addIn(['nodes'], { name: 'x', role: 'worker', address: '10.0.0.9' })),
      { kind: 'nothing' },
      'atlas: no version and no image has changed (Talos v1.12.6, Kubernetes v1.35.0), so nothing is upgraded',
    ],
    [
      'Talos back',
      versions('v1.13.0'),
      versions('v1.12.6'),
      { kind: 'downgrade', talos: { from: 'v1.13.0', to: 'v1.12.6', delta: 'downgrade' } },
      'atlas: Talos v1.13.0 → v1.12.6 rolls back, and no merge takes a cluster to an older version, since Talos and etcd promise no rollback',
    ],
    [
      'Talos forward, Kubernetes back',
      versions('v1.12.6', 'v1.35.1'),
      versions('v1.13.0', 'v1.35.0'),
      { kind: 'downgrade', kubernetes: { from: 'v1.35.1', to: 'v1.35.0' } },
      'atlas: Kubernetes v1.35.1 → v1.35.0 rolls back, and no merge takes a cluster to an older version, since Talos and etcd promise no rollback',
    ],
    [
      'what cannot be read now',
      says(),
      unreadable,
      { kind: 'unreadable', mistakes: ['slipway.yaml:2 versions: a, b, c', 'second'] },
      `${file} cannot be used any more, so nothing starts: slipway.yaml:2 versions: a, b, c, and 1 more mistake`,
    ],
    [
      'what can be read again',
      unreadable,
      says(),
      { kind: 'mended', cluster: 'atlas', versions: { talos: 'v1.12.6' } },
      'atlas: its inventory could not be used before and can be now; it declares Talos v1.12.6 and Kubernetes v1.35.0',
    ],
    [
      'a new cluster',
      absent,
      says(),
      { kind: 'new', cluster: 'atlas' },
      'atlas is new here, with Talos v1.12.6 and Kubernetes v1.35.0; its first upgrade is asked for by a person',
    ],
    [
      'a cluster that is gone',
      says(),
      absent,
      { kind: 'gone', cluster: 'atlas' },
      `${file}, the inventory of atlas, is no longer there, so nothing of that cluster is upgraded`,
    ],
    [
      'one that is gone and could not be read',
      unreadable,
      absent,
      { kind: 'gone', cluster: undefined },
      `${file} is no longer there, so nothing of that cluster is upgraded`,
    ],
    [
      'another name',
      says(),
      says((draft) => draft.setIn(['cluster'], 'other')),
      { kind: 'renamed', from: 'atlas', to: 'other' },
      'atlas is called other now: for Slipway that is another cluster, and its first upgrade is asked for by a person',
    ],
    ['nothing at all', absent, absent, { kind: 'absent' }, `there is no ${file}, neither before nor now`],
  ])('%s', (_name, base, head, change, sentence) => {
    const found = changeOf(base, head);
    expect(found).toMatchObject(change);
    expect(describeDeclaredChange(found)).toBe(sentence);
  });
});

describe('a version that is older', () => {
  const back = (more: Partial<ChangeInput>) => changeOf(versions('v1.12.7'), versions('v1.12.6'), more);

  test('to just what the last run began from is a rollback that waits for a person', () => {
    const change = back({ lastRun: { run: 7, from: 'v1.12.6', to: 'v1.12.7' } });
    expect(change).toMatchObject({ kind: 'downgrade', undoes: 7 });
    expect(describeDeclaredChange(change)).toMatch(
      /what run 7 did: that waits for a person, slipway rollback --run 7$/,
    );
  });

  test.each([
    ['an older one', { run: 7, from: 'v1.12.5', to: 'v1.12.7' }],
    ['one of another target', { run: 7, from: 'v1.12.6', to: 'v1.12.8' }],
  ])('from %s is refused', (_name, lastRun) => {
    expect(back({ lastRun })).not.toHaveProperty('undoes');
  });

  test('together with Kubernetes is refused: no run did both', () => {
    const lastRun = { run: 7, from: 'v1.12.6', to: 'v1.12.7' };
    const change = changeOf(versions('v1.12.7', 'v1.35.1'), versions('v1.12.6', 'v1.35.0'), { lastRun });
    expect(change).toMatchObject({ kind: 'downgrade', talos: {}, kubernetes: {} });
    expect(change).not.toHaveProperty('undoes');
  });
});

describe('labels', () => {
  const patch = says((draft) => {
    draft.setIn(['versions', 'talos'], 'v1.12.7');
  });

  test.each<[string, string[], DeclaredState, object, string]>([
    ['none', [], patch, { kind: 'none' }, ''],
    ['others alone', ['dependencies', 'pets'], patch, { kind: 'none' }, ''],
    [
      'that say the same',
      ['upgrade-pets', 'talos'],
      patch,
      { kind: 'agrees', strategy: 'in-place' },
      ', in place, as the label upgrade-pets says too',
    ],
    [
      'in upper case',
      ['Upgrade-Pets'],
      patch,
      { kind: 'agrees', label: 'upgrade-pets' },
      ', in place, as the label upgrade-pets says too',
    ],
    [
      'that request another strategy',
      ['upgrade-cattle'],
      patch,
      { kind: 'disagrees', asked: 'replace', declared: 'in-place', delta: 'patch' },
      '; the label upgrade-cattle asks for it by replacement, and slipway.yaml has a patch done in place: that other way waits for an approval',
    ],
    [
      'of both strategies',
      ['upgrade-cattle', 'upgrade-pets'],
      patch,
      { kind: 'contradict', labels: ['upgrade-pets', 'upgrade-cattle'] },
      '; the labels upgrade-pets and upgrade-cattle contradict each other, so slipway.yaml alone counts',
    ],
    [
      'beside Kubernetes alone',
      ['upgrade-cattle'],
      versions('v1.12.6', 'v1.35.1'),
      { kind: 'without-effect' },
      '; the label upgrade-cattle has no effect, since the Talos version stays',
    ],
  ])('%s', (_name, labels, head, verdict, words) => {
    const change = changeOf(versions('v1.12.6'), head, { labels });
    expect(change).toMatchObject({ kind: 'upgrade', labels: verdict });
    expect(describeDeclaredChange(change).replace(/^[^(]*\([a-z]+\)/, '')).toBe(words);
  });

  test('of a minor are held against what slipway.yaml has for minors', () => {
    const change = changeOf(versions('v1.12.6'), versions('v1.13.0'), { labels: ['upgrade-cattle'] });
    expect(change).toMatchObject({ labels: { kind: 'disagrees', delta: 'minor', declared: 'in-place' } });
  });

  test('mean nothing where the settings name none', () => {
    const labels = ['upgrade-cattle', 'undefined'];
    const change = changeOf(versions('v1.12.6'), versions('v1.13.0'), { labels, names: {} });
    expect(change).toMatchObject({ labels: { kind: 'none' } });
  });
});
