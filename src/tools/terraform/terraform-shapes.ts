import { z } from 'zod';
import type { StateHeader, TerraformPlan, TerraformState } from '../../planning/terraform/terraform-json.js';

const change = z.looseObject({ actions: z.array(z.string()) });

const resourceChange = z.looseObject({ address: z.string(), change });

const stateModule: z.ZodType = z.lazy(() =>
  z.looseObject({
    resources: z
      .array(z.looseObject({ address: z.string(), mode: z.enum(['managed', 'data']), type: z.string() }))
      .optional(),
    child_modules: z.array(stateModule).optional(),
  }),
);

const state = z.looseObject({
  format_version: z.string().optional(),
  terraform_version: z.string().optional(),
  values: z.looseObject({ root_module: stateModule.optional() }).optional(),
});

const plan = z.looseObject({
  format_version: z.string(),
  resource_changes: z.array(resourceChange).optional(),
  resource_drift: z.array(resourceChange).optional(),
  output_changes: z.record(z.string(), change).optional(),
  prior_state: state.optional(),
});

const header = z.looseObject({
  lineage: z.string(),
  serial: z.int().nonnegative(),
});

/** Validates only the fields that a decision depends on. Variables and configuration are dropped: they hold secrets in clear. */
export function planFrom(text: string): TerraformPlan {
  const { variables: _variables, configuration: _configuration, ...rest } = plan.parse(JSON.parse(text));
  return rest as TerraformPlan;
}

/** An empty answer is an empty state. */
export function stateFrom(text: string): TerraformState {
  return state.parse(JSON.parse(text)) as TerraformState;
}

/** `state pull` of an empty backend prints nothing, or a state that was never written: one without a lineage. */
export function stateHeaderFrom(text: string): StateHeader | undefined {
  if (text.trim() === '') return undefined;
  const found = header.parse(JSON.parse(text));
  return found.lineage === '' ? undefined : found;
}
