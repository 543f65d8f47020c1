import type { NodeObject } from './observation.js';
import { flowOf } from '../versions/upgrade-flow.js';

/** An install as the `slipway.dev/install` annotation of the Node records it. */
export interface InstallMark {
  /** The workflow that sent it, or was about to. */
  readonly by: string;
  readonly version: string | undefined;
  /** The boot it was sent in; undefined, like the fields below: somebody changed the annotation. */
  readonly bootId: string | undefined;
  /** The schematic of the image. */
  readonly schematic: string | undefined;
}

/** Reads `slipway.dev/install`. */
export function installMark(mark: string | undefined): InstallMark | undefined {
  if (mark === undefined) return undefined;
  const [by = '', version, bootId, schematic] = mark.split(' ');
  return { by, version, bootId, schematic };
}

/** Writes `slipway.dev/install`. */
export function installMarkText(by: string, version: string, bootId: string, schematic: string): string {
  return `${by} ${version} ${bootId} ${schematic}`;
}

/** Writes `slipway.dev/armed`. */
export function armedMarkText(version: string, bootId: string, schematic: string): string {
  return `${version} ${bootId} ${schematic}`;
}

/** The installed version that the next boot of a node takes. */
export interface Armed {
  readonly version: string;
  readonly schematic: string | undefined;
  /** `maybe`: the install was sent, or nearly was, and its end is not known. */
  readonly sure: boolean;
}

/**
 * The version a node of the lifecycle flow has installed and has not booted, by its annotations. An annotation of an earlier boot no longer
 * counts. Talos cannot be asked: the default boot entry is no resource of its API.
 */
export function armedWith({ marks, bootId }: Pick<NodeObject, 'marks' | 'bootId'>): Armed | undefined {
  const [version, under, schematic] = marks.armed?.split(' ') ?? [];
  if (version && under === bootId) return { version, schematic, sure: true };
  const install = installMark(marks.install);
  if (install?.version === undefined || install.bootId !== bootId) return undefined;
  return { version: install.version, schematic: install.schematic, sure: false };
}

/** What a node boots next instead of what it runs. Undefined in the legacy flow, where an install and its reboot are one request. */
export function bootsNext(
  object: Pick<NodeObject, 'marks' | 'bootId'>,
  runs: { readonly version: string; readonly schematic: string },
): Armed | undefined {
  const armed = flowOf(runs.version) === 'lifecycle' ? armedWith(object) : undefined;
  return armedFor(armed, runs) ? undefined : armed;
}

/** The end of a sentence about a node that boots something else next. */
export function bootsNextText({ version, sure }: Pick<Armed, 'version' | 'sure'>): string {
  return `${sure ? 'has' : 'may have'} ${version} installed and not booted, which its next boot takes, whatever causes it`;
}

/** Whether the armed version is the wanted one: then only the reboot is left. */
export function armedFor(
  armed: Armed | undefined,
  wanted: { readonly version: string; readonly schematic: string },
): boolean {
  return armed !== undefined && armed.version === wanted.version && armed.schematic === wanted.schematic;
}
