import { z } from 'zod';

/** The fields of a report that scripts rely on. */
export const RunReport = z.looseObject({
  schema: z.literal(1),
  run: z.number(),
  outcome: z.string(),
  nodes: z.array(z.looseObject({ node: z.string() })).min(1),
});
