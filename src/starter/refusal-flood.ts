import type { WebhookAnswer } from './webhook-server.js';

const minuteMs = 60_000;
/** More than a person reads, and than a misconfigured git host sends. */
const perMinute = 60;

interface FloodParts {
  readonly tell: (answer: WebhookAnswer) => void;
  readonly tellCount: (refused: number) => void;
  readonly now: () => Date;
}

/**
 * Reports responses one by one, except for more than sixty rejections a minute, which any client can cause: those are counted, and the
 * count is reported with the next request after that minute.
 */
export function withoutFlood({ tell, tellCount, now }: FloodParts): (answer: WebhookAnswer) => void {
  let began = 0;
  let refused = 0;
  return (answer) => {
    const at = now().getTime();
    if (at - began >= minuteMs) {
      if (refused > perMinute) tellCount(refused - perMinute);
      began = at;
      refused = 0;
    }
    if (answer.verdict === 'refused') refused += 1;
    if (answer.verdict !== 'refused' || refused <= perMinute) tell(answer);
  };
}
