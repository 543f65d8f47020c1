import { armedMarkText } from './armed.js';
import { runningSchematic } from './expectations.js';
import { extensionsProper } from '../versions/extension-names.js';
import type { DeviceBefore } from './devices.js';
import type { NetworkIdentity } from './network-interfaces.js';
import type { NodeObservation, TalosObservation } from './observation.js';
import type { Flow, PlannedNode } from '../plan/plan.js';
import type { Reason } from '../reasons/reason.js';

/** What a node was right before its install: recorded once, and compared with in every later attempt. */
export interface RecordedFacts {
  readonly node: string;
  /** The kernel's boot id. */
  readonly bootId: string;
  readonly version: string;
  readonly schematic: string | undefined;
  /** The system extensions it must still have afterwards. */
  readonly extensions: readonly string[];
  readonly flow: Flow;
  readonly wantedVersion: string;
  readonly wantedSchematic: string;
  readonly labels: Readonly<Record<string, string>>;
  /** `key=value:effect`. */
  readonly taints: readonly string[];
  readonly annotations: Readonly<Record<string, string>>;
  /** Names of the Talos services that ran and were healthy; left out: its machine was gone. */
  readonly services?: readonly string[];
  /** Hex id of its etcd member; control planes only. */
  readonly memberId?: string;
  /** SMBIOS UUID of its machine; only where the machine is replaced. */
  readonly systemUuid?: string;
  /** Its identity on the network: its Node's address, and the MACs of all its NICs. Only where its machine is replaced. */
  readonly network?: NetworkIdentity;
  /** The devices it showed to pods. Only where its machine is replaced. */
  readonly device?: DeviceBefore;
}

/** What a node was, besides its version: its rollback restores that, whatever the version it leaves changed. */
export type NodeBefore = Pick<RecordedFacts, 'labels' | 'taints' | 'annotations' | 'network' | 'device'>;

/** How far a node has come. `note` follows the node's name in a sentence. */
export type NodeClass =
  /** It shows no sign of the request. */
  | { readonly kind: 'untouched'; readonly note: string }
  | { readonly kind: 'installing'; readonly note: string }
  | { readonly kind: 'rebooting'; readonly note: string }
  | { readonly kind: 'unreachable'; readonly note: string }
  /** It booted the wanted version; `bootId` is the new one. Whether it is Ready is a separate check. */
  | { readonly kind: 'on-target'; readonly note: string; readonly bootId: string }
  /** It booted something else: waiting will not change that. */
  | { readonly kind: 'failed'; readonly note: string; readonly reason: Reason };

/** Stages of a machine on its way down or up, as Talos names them. */
const installStages = new Set(['upgrading', 'installing']);

/**
 * Compares a node with what it was before its install. Compares the boot id that Talos reports. Without one it uses the Node's, which only
 * proves a reboot once it has changed, since the kubelet reports it late.
 *
 * @param back of a node that was to boot its other slot: the wanted version is the previous one.
 */
export function classifyNode(
  facts: RecordedFacts,
  seen: NodeObservation,
  back?: PlannedNode['back'],
): NodeClass {
  if (seen.talos.kind === 'unreachable')
    return { kind: 'unreachable', note: `does not answer: ${seen.talos.why}` };
  const talos = seen.talos.value;
  const newBoot = bootIdAfter(facts, talos, seen);
  if (talos.version === facts.wantedVersion) return onWantedVersion(facts, talos, newBoot);
  if (talos.version === facts.version)
    return newBoot === undefined
      ? notBootedYet(facts, talos, back)
      : failed(`booted ${facts.version} again`, bootedAgain(facts, seen, back));
  const { node, wantedVersion: wanted } = facts;
  return failed(`runs ${talos.version}`, { kind: 'wrong-version', node, version: talos.version, wanted });
}

/** The boot id, if it differs from the recorded one. */
function bootIdAfter(
  facts: RecordedFacts,
  talos: TalosObservation,
  seen: NodeObservation,
): string | undefined {
  const node = seen.kubernetes.kind === 'answered' ? seen.kubernetes.value?.bootId : undefined;
  const bootId = talos.bootId ?? node;
  return bootId !== undefined && bootId !== '' && bootId !== facts.bootId ? bootId : undefined;
}

function onWantedVersion(
  facts: RecordedFacts,
  talos: TalosObservation,
  bootId: string | undefined,
): NodeClass {
  const { wantedVersion } = facts;
  if (bootId === undefined) {
    return {
      kind: 'rebooting',
      note: `says it runs ${wantedVersion}, and its boot id is still the previous one`,
    };
  }
  const wrong = wrongImage(facts, talos);
  if (!wrong) return { kind: 'on-target', note: `runs ${wantedVersion} with a new boot id`, bootId };
  // Extensions are listed while the node boots; one that is missing early may still appear.
  if (talos.stage !== 'running')
    return { kind: 'rebooting', note: `boots ${wantedVersion} (stage ${talos.stage})` };
  return failed(`runs ${wantedVersion}, but not what it is to be made of`, wrong);
}

function wrongImage(facts: RecordedFacts, talos: TalosObservation): Reason | undefined {
  const schematic = runningSchematic(talos);
  if (schematic !== facts.wantedSchematic) {
    return { kind: 'wrong-schematic', node: facts.node, schematic, wanted: facts.wantedSchematic };
  }
  return lostExtensions(facts, talos);
}

/** Extensions the node has lost. New ones are fine. */
export function lostExtensions(
  facts: RecordedFacts,
  talos: Pick<TalosObservation, 'extensions'>,
): Reason | undefined {
  const lost = extensionsProper(facts.extensions).filter((name) => !talos.extensions.includes(name));
  return lost.length > 0 ? { kind: 'extensions-lost', node: facts.node, lost } : undefined;
}

function bootedAgain(facts: RecordedFacts, seen: NodeObservation, back: PlannedNode['back']): Reason {
  const { node, version, wantedVersion: wanted } = facts;
  if (back)
    return { kind: 'rollback-not-booted', node, version, wanted, ...(back === 'run' ? { whole: true } : {}) };
  const unconfirmed = isUnconfirmed(facts, seen);
  return { kind: 'back-on-old-version', node, version, wanted, ...(unconfirmed ? { unconfirmed } : {}) };
}

function notBootedYet(facts: RecordedFacts, talos: TalosObservation, back: PlannedNode['back']): NodeClass {
  const { version, wantedVersion } = facts;
  if (installStages.has(talos.stage))
    return { kind: 'installing', note: `installs ${wantedVersion} (stage ${talos.stage})` };
  if (talos.stage !== 'running')
    return { kind: 'rebooting', note: `is on its way down or up (stage ${talos.stage})` };
  const request = back ? 'rollback' : facts.flow === 'lifecycle' ? 'reboot request' : 'upgrade request';
  return { kind: 'untouched', note: `runs ${version} and shows no sign of the ${request}` };
}

/** Lifecycle flow: an observed install is recorded in an annotation on the Node; an install whose end was not observed is not. */
function isUnconfirmed(facts: RecordedFacts, { kubernetes }: NodeObservation): boolean {
  if (facts.flow !== 'lifecycle' || kubernetes.kind !== 'answered' || !kubernetes.value) return false;
  const { wantedVersion, bootId, wantedSchematic } = facts;
  return kubernetes.value.marks.armed !== armedMarkText(wantedVersion, bootId, wantedSchematic);
}

function failed(note: string, reason: Reason): NodeClass {
  return { kind: 'failed', note, reason };
}
