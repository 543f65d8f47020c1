import type { World } from '../../lab/world.js';

/** What a pending activity of a workflow waits for; undefined: it is not pending, or has sent no heartbeat yet. */
export async function waitingFor(
  world: World,
  workflowId: string,
  activity: string,
): Promise<string | undefined> {
  const { workflow } = await world.client();
  const { raw } = await workflow.getHandle(workflowId).describe();
  const pending = raw.pendingActivities?.find(({ activityType }) => activityType?.name === activity);
  const [payload] = pending?.heartbeatDetails?.payloads ?? [];
  if (!payload?.data) return undefined;
  return (JSON.parse(new TextDecoder().decode(payload.data)) as { waitingFor: string }).waitingFor;
}

/** A text for a terminal without its line breaks and indents: where it is broken depends on the names in it. */
export function onOneLine(text: string): string {
  return text.replaceAll(/\s+/g, ' ');
}
