import type { DeclaredChange, VersionStep } from './declared-change.js';
import type { LabelVerdict } from './label-verdict.js';
import { count, listed, quoted } from '../text/phrases.js';
import type { Strategy } from '../plan/plan.js';

type Sentences = {
  readonly [Kind in DeclaredChange['kind']]: (change: Extract<DeclaredChange, { kind: Kind }>) => string;
};

const sentences: Sentences = {
  upgrade: ({ cluster, talos, kubernetes, images, labels }) => {
    const parts = [
      ...(talos ? [`Talos ${stepText(talos)}`] : []),
      ...(kubernetes ? [`Kubernetes ${stepText(kubernetes)}`] : []),
      ...(images.length > 0 ? [`another image for ${listed(images)}`] : []),
    ];
    return `${cluster}: ${listed(parts)}${labelText(labels)}`;
  },
  downgrade: ({ cluster, talos, kubernetes, undoes }) => {
    const parts = [
      ...(talos ? [`Talos ${talos.from} → ${talos.to}`] : []),
      ...(kubernetes ? [`Kubernetes ${kubernetes.from} → ${kubernetes.to}`] : []),
    ];
    const way =
      undoes === undefined
        ? 'and no merge takes a cluster to an older version, since Talos and etcd promise no rollback'
        : `which rolls back what run ${undoes} did: that waits for a person, slipway rollback --run ${undoes}`;
    return `${cluster}: ${listed(parts)} rolls back, ${way}`;
  },
  nothing: ({ cluster, versions }) =>
    `${cluster}: no version and no image has changed (Talos ${versions.talos}, Kubernetes ${versions.kubernetes}), so nothing is upgraded`,
  unreadable: ({ file, mistakes }) =>
    `${file} cannot be used any more, so nothing starts: ${quoted(mistakes[0] ?? '')}` +
    (mistakes.length > 1 ? `, and ${count(mistakes.length - 1, 'more mistake')}` : ''),
  mended: ({ cluster, versions }) =>
    `${cluster}: its inventory could not be used before and can be now; it declares Talos ${versions.talos} and Kubernetes ${versions.kubernetes}`,
  new: ({ cluster, versions }) =>
    `${cluster} is new here, with Talos ${versions.talos} and Kubernetes ${versions.kubernetes}; its first upgrade is asked for by a person`,
  gone: ({ file, cluster }) =>
    `${file}${cluster === undefined ? '' : `, the inventory of ${cluster},`} is no longer there, so nothing of that cluster is upgraded`,
  renamed: ({ from, to }) =>
    `${from} is called ${to} now: for Slipway that is another cluster, and its first upgrade is asked for by a person`,
  absent: ({ file }) => `there is no ${file}, neither before nor now`,
};

/** One sentence for a change, without a full stop. Mistakes may quote hostile text: the caller escapes it. */
export function describeDeclaredChange(change: DeclaredChange): string {
  // TypeScript cannot relate the kind to its sentence.
  return (sentences[change.kind] as (change: DeclaredChange) => string)(change);
}

function stepText({ from, to, delta }: VersionStep): string {
  return `${from} → ${to} (${delta})`;
}

const words: Readonly<Record<Strategy, string>> = { 'in-place': 'in place', replace: 'by replacement' };

function labelText(labels: LabelVerdict): string {
  if (labels.kind === 'disagrees') {
    const { label, asked, declared, delta } = labels;
    return (
      `; the label ${label} asks for it ${words[asked]}, and slipway.yaml has a ${delta} done ${words[declared]}: ` +
      'that other way waits for an approval'
    );
  }
  if (labels.kind === 'contradict')
    return `; the labels ${listed(labels.labels)} contradict each other, so slipway.yaml alone counts`;
  if (labels.kind === 'agrees') return `, ${words[labels.strategy]}, as the label ${labels.label} says too`;
  if (labels.kind === 'without-effect')
    return `; the label ${labels.label} has no effect, since the Talos version stays`;
  return '';
}
