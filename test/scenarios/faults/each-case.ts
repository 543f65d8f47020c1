import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { World } from '../../../lab/world.js';
import { casesIn } from './every-case.js';
import { nodeOf, type Ending, type Flow } from './fault-case.js';
import { play, startFaultLab, type Seen } from './play.js';
import { makeAnew } from '../../../lab/put-back/replace-machines.js';
import { reset } from '../../../lab/put-back/reset.js';

/** When a case was played, to assign a broken promise to it. */
interface Played {
  readonly name: string;
  readonly until: number;
}

/** Plays every case of a flow in one lab, one after the other; the watcher watches all the time. */
export function playEachCase(flow: Flow): void {
  describe(`what can go wrong in the ${flow} flow`, () => {
    const played: Played[] = [];
    let world: World;

    beforeAll(async () => {
      world = await startFaultLab(flow);
    });

    afterAll(async () => {
      await world.stop();
    });

    it.each(casesIn(flow).map(({ story, ending }) => [story.name, { story, ending }] as const))(
      '%s',
      async (name, { story, ending }) => {
        try {
          expectEnding(await play(world, story), ending);
        } finally {
          await (flow === 'replace' ? makeAnew : reset)(world, nodeOf(story));
          played.push({ name, until: Date.now() });
        }
      },
    );

    it('keeps every promise the watcher can see', async () => {
      const { violations } = await world.stop();
      const broken = violations.map(({ at, promise, what }) => ({
        case: caseAt(played, Date.parse(at)),
        promise,
        what,
      }));
      expect(broken).toEqual([]);
    });
  });
}

/** A good end has no reason, so neither sentence nor advice. */
function expectEnding(seen: Seen, { says = /^$/, advises = '', cordoned = false, ...ending }: Ending): void {
  expect(seen).toMatchObject({ ...ending, cordoned });
  expect(seen.says).toMatch(says);
  expect(seen.advises).toContain(advises);
}

/** The case in which something happened. */
function caseAt(played: readonly Played[], at: number): string {
  return played.find(({ until }) => at <= until)?.name ?? 'after the last case';
}
