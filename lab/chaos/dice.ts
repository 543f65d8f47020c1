import { createHash } from 'node:crypto';
import { unsafeUniformIntDistribution, xoroshiro128plus, type RandomGenerator } from 'pure-rand';

/** Deterministic randomness: each result depends only on the texts that the dice were created with. */
export class Dice {
  readonly #generator: RandomGenerator;

  /** @param words what distinguishes these dice: a seed, and which of its draws this is. */
  constructor(...words: readonly (string | number)[]) {
    const seed = createHash('sha256').update(words.join('/')).digest().readInt32BE(0);
    this.#generator = xoroshiro128plus(seed);
  }

  /** An integer, both ends included. */
  whole(from: number, to: number): number {
    return unsafeUniformIntDistribution(from, to, this.#generator);
  }

  /** @param percent how often in a hundred it is true. */
  chance(percent: number): boolean {
    return this.whole(1, 100) <= percent;
  }

  /** @throws Error when there is nothing to pick from. */
  pick<T>(from: readonly T[]): T {
    const picked = from[this.whole(0, from.length - 1)];
    if (picked === undefined) throw new Error('there is nothing to pick from');
    return picked;
  }

  /** One of them, as often as its weight says: `{ often: 3, seldom: 1 }`. */
  weighted<Name extends string>(weights: Readonly<Record<Name, number>>): Name {
    const names = (Object.keys(weights) as Name[]).flatMap((name) =>
      Array.from({ length: weights[name] }, () => name),
    );
    return this.pick(names);
  }

  /** This many of them, in their original order; all where there are fewer. */
  some<T>(from: readonly T[], count: number): readonly T[] {
    const left = from.map((_one, index) => index);
    const taken = new Set<number>();
    while (taken.size < Math.min(count, from.length)) {
      const index = this.pick(left.filter((one) => !taken.has(one)));
      taken.add(index);
    }
    return from.filter((_one, index) => taken.has(index));
  }
}
