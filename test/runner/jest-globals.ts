import { register } from 'node:module';

/**
 * Lets test files import `@jest/globals` where they run as plain ES modules: Jest itself provides that package only
 * inside its own module loader, which loads each file's modules again.
 */
const names = 'jest, describe, test, it, expect, beforeAll, beforeEach, afterAll, afterEach';
const asUrl = (source: string): string => `data:text/javascript,${encodeURIComponent(source)}`;
const globals = asUrl(`export const { ${names} } = globalThis;`);

register(
  asUrl(`export const resolve = (name, context, next) =>
    name === '@jest/globals' ? { url: ${JSON.stringify(globals)}, shortCircuit: true } : next(name, context);`),
);
