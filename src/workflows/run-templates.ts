import { CancellationScope } from '@temporalio/workflow';
import type { Limits } from '../inventory/schema.js';
import type { Hop } from '../planning/plan.js';
import { activitiesFor } from './step-activities.js';

/** Whether nodes of the hop are made anew from templates. */
export function hasTemplates({ templates = [], nodes }: Hop): boolean {
  return templates.length > 0 && nodes.some((node) => node.rebuild && !node.skip);
}

/**
 * Makes the templates of a hop anew, where they differ, before its first node. An abort waits for them: a template that is half
 * made is of no use to anybody.
 */
export async function makeTemplates(
  reference: { readonly cluster: string; readonly run: number },
  limits: Limits,
  { to, templates = [], values = {}, nodes }: Hop,
): Promise<void> {
  const limit = limits.templates + limits.terraformLock;
  const act = activitiesFor('mutate', limit, `templates of Talos ${to}, where they differ`);
  const underWork = nodes.find(({ rebuild }) => rebuild?.continues)?.name;
  await CancellationScope.nonCancellable(() =>
    act.rebuildTemplates({
      ...reference,
      values,
      templates,
      limit,
      ...(underWork === undefined ? {} : { underWork }),
    }),
  );
}
