/**
 * Edits of one change of a Terraform plan: each returns the change that Terraform prints for another plan of the same resource.
 * `lab-plans.ts` names the plans that are made with them.
 */
import type { Change, Json, ResourceChange } from '../../../src/planning/terraform/terraform-json.js';

type Draft = { -readonly [Name in keyof ResourceChange]: ResourceChange[Name] };

/** The edit that gives what is replaced another id. */
export function withIdBefore(id: string, change: ResourceChange): ResourceChange {
  return withChange(change, { before: setAt(change.change.before ?? null, ['id'], id) });
}

/** The edit that gives a planned attribute another value. */
export function planned(attribute: string, value: Json): (change: ResourceChange) => ResourceChange {
  return (change) =>
    withChange(change, { after: setAt(change.change.after ?? null, attribute.split('.'), value) });
}

/** The second of three network interfaces is no longer configured. */
export function withoutNic(change: ResourceChange): ResourceChange {
  const without = (value: Json | undefined): Json => setAt(value ?? null, ['input', 'nics', '1'], undefined);
  const { after, after_unknown, after_sensitive } = change.change;
  return withChange(change, {
    after: without(after),
    after_unknown: without(after_unknown),
    after_sensitive: without(after_sensitive),
  });
}

/** Replaced though it keeps its version: no attribute forces the replacement. */
export function sameVersion(version: string, change: ResourceChange): ResourceChange {
  const kept = planned(
    'input.talos_version',
    version,
  )(planned('triggers_replace.talos_version', version)(change));
  const { replace_paths: _forced, ...rest } = kept.change;
  return { ...kept, change: rest };
}

export function unchanged(change: ResourceChange): ResourceChange {
  const { before, before_sensitive } = change.change;
  return acting(change, {
    actions: ['no-op'],
    before,
    after: before,
    after_unknown: {},
    before_sensitive,
    after_sensitive: before_sensitive,
  });
}

/** Changed in place: the id stays. */
export function updated(attribute: string, value: Json, change: ResourceChange): ResourceChange {
  const { before = null, after_unknown = null, before_sensitive, after_sensitive } = change.change;
  return acting(change, {
    actions: ['update'],
    before,
    after: setAt(setAt(before, ['output'], undefined), attribute.split('.'), value),
    after_unknown: setAt(after_unknown, ['id'], undefined),
    before_sensitive,
    after_sensitive,
  });
}

export function created(change: ResourceChange): ResourceChange {
  const { after, after_unknown, after_sensitive } = change.change;
  return acting(change, {
    actions: ['create'],
    before: null,
    after,
    after_unknown,
    before_sensitive: false,
    after_sensitive,
  });
}

export function destroyed(change: ResourceChange): ResourceChange {
  const { before, before_sensitive } = change.change;
  return acting(change, {
    actions: ['delete'],
    before,
    after: null,
    after_unknown: {},
    before_sensitive,
    after_sensitive: false,
  });
}

/** Another action, without the reason of the one before. */
function acting(change: ResourceChange, action: { [Name in keyof Change]: Change[Name] | undefined }) {
  const draft: Draft = { ...change, change: action as Change };
  delete draft.action_reason;
  return draft;
}

function withChange(change: ResourceChange, more: Partial<Change>): ResourceChange {
  return { ...change, change: { ...change.change, ...more } };
}

/** A copy with another value at a path; undefined takes it out. */
export function setAt(value: Json, [first = '', ...rest]: readonly string[], wanted: Json | undefined): Json {
  const copy = structuredClone(value) as Record<string, Json> | Json[];
  if (rest.length > 0)
    (copy as Record<string, Json>)[first] = setAt(
      (copy as Record<string, Json>)[first] ?? null,
      rest,
      wanted,
    );
  else if (wanted !== undefined) (copy as Record<string, Json>)[first] = wanted;
  else if (Array.isArray(copy)) copy.splice(Number(first), 1);
  else delete copy[first];
  return copy;
}
