import { CancellationScope } from '@temporalio/workflow';
import type { Limits } from '../inventory/schema.js';
import type { Hop } from '../planning/plan/plan.js';
import type { Reason } from '../planning/reasons/reason.js';
import { reasonOf } from './failure-reason.js';
import { activitiesFor } from './step-activities.js';

/** Whether nodes of the hop are replaced from templates. */
export function hasTemplates({ templates = [], nodes }: Hop): boolean {
  return templates.length > 0 && nodes.some((node) => node.replacement && !node.skip);
}

/**
 * Replaces the templates of a hop, where they differ, before its first node. An abort waits for that: an incomplete template is
 * of no use.
 *
 * @returns why they could not be replaced; undefined: they are in place.
 */
export async function templatesMissing(
  reference: { readonly cluster: string; readonly run: number },
  limits: Limits,
  { to, templates = [], values = {}, nodes }: Hop,
): Promise<Reason | undefined> {
  const limit = limits.templates + limits.terraformLock;
  const summary = `templates of Talos ${to}, where they differ`;
  const act = activitiesFor('mutate', limit, summary);
  const underWork = nodes.find(({ replacement }) => replacement?.continues)?.name;
  try {
    await CancellationScope.nonCancellable(() =>
      act.replaceTemplates({
        ...reference,
        values,
        templates,
        limit,
        ...(underWork === undefined ? {} : { underWork }),
      }),
    );
    return undefined;
  } catch (error) {
    return reasonOf(error, summary, limit);
  }
}
