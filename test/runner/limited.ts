import { aroundTests, type Body } from './around-tests.js';

/** Ends each test and each hook that takes longer, in milliseconds: jest-light-runner has no time limit of its own, and one that waits for ever would hold the whole suite. */
export function limitTests(limit: number): void {
  const limited =
    (body: Body): Body =>
    async () => {
      let timer: NodeJS.Timeout | undefined;
      const over = new Promise((_resolve, reject) => {
        const late = (): void => reject(new Error(`It did not end within ${limit / 1000} s.`));
        timer = setTimeout(late, limit);
      });
      try {
        return await Promise.race([over, body()]);
      } finally {
        clearTimeout(timer);
      }
    };
  aroundTests(limited, { hooks: true });
}
