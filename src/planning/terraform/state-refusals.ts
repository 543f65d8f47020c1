import semver from 'semver';
import type { Reason } from '../reasons/reason.js';
import type { StateHeader, TerraformState } from './terraform-json.js';

/** What a state is checked against. */
export interface StateExpectations {
  /** The version slipway.yaml pins: `1.11.4`, or a range (`~> 1.11` is written `^1.11`). Left out: any. */
  readonly pin?: string;
  /** The version of the program that would write the state. */
  readonly program: string;
  /** Lineage and serial of the state that the run, or the saved plan, was made for. */
  readonly recorded?: { readonly lineage: string; readonly serial?: number };
}

/**
 * Why this state may not be written: another lineage, written by another user meanwhile, or by a newer Terraform than slipway.yaml allows.
 * Terraform itself reads a newer state, as long as its format is the same, and writes it as its own.
 *
 * @param state as `show` prints it, which includes its writer; an empty state has none.
 */
export function stateRefusals(
  header: StateHeader,
  { terraform_version: writer }: Pick<TerraformState, 'terraform_version'>,
  { pin, program, recorded }: StateExpectations,
): Reason[] {
  const refusals: Reason[] = [];
  if (recorded !== undefined && recorded.lineage !== header.lineage)
    refusals.push({ kind: 'terraform-state-other', expected: recorded.lineage, found: header.lineage });
  else if (recorded?.serial !== undefined && recorded.serial !== header.serial)
    refusals.push({ kind: 'terraform-state-moved', expected: recorded.serial, found: header.serial });
  if (writer !== undefined && isNewer(writer, pin ?? program))
    refusals.push({ kind: 'terraform-too-new', what: 'state', version: writer, pin: pin ?? program });
  else if (pin !== undefined && isNewer(program, pin))
    refusals.push({ kind: 'terraform-too-new', what: 'program', version: program, pin });
  return refusals;
}

/** Whether a version is above a version or every version of a range. An invalid version does not count as newer. */
function isNewer(version: string, pin: string): boolean {
  return semver.valid(version) !== null && semver.validRange(pin) !== null && semver.gtr(version, pin);
}
