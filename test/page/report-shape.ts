import { z } from 'zod';

/** What a script relies on in a report. */
export const RunReport = z.looseObject({
  schema: z.literal(1),
  run: z.number(),
  outcome: z.string(),
  nodes: z.array(z.looseObject({ node: z.string() })).min(1),
});
