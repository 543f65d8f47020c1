import { jest } from '@jest/globals';
import { limits } from '../limits.js';
import { aroundTests, type Body } from './around-tests.js';

/** jest-light-runner has no time limit of its own: a test that waits for ever would hold the whole suite. */
const limited =
  (body: Body): Body =>
  async () => {
    let timer: NodeJS.Timeout | undefined;
    const over = new Promise((_resolve, reject) => {
      const late = (): void => reject(new Error(`It did not end within ${limits.test / 1000} s.`));
      timer = setTimeout(late, limits.test);
    });
    try {
      return await Promise.race([over, body()]);
    } finally {
      clearTimeout(timer);
    }
  };

aroundTests(limited, { hooks: true });
// One limit for all tests. Those that run under Jest's own runner, on the lab, set theirs by this function.
Object.assign(jest, { setTimeout: () => jest });
