import { addEventHandler } from 'jest-circus';

/** A test or a hook, without arguments: `test.each` has bound its row already. */
export type Body = () => Promise<unknown>;

/** Puts something around each test, and around each hook if wanted, of all files that this worker loads from now on. */
export function aroundTests(around: (body: Body) => Body, { hooks = false } = {}): void {
  addEventHandler((event, state) => {
    const block = state.currentDescribeBlock;
    const added =
      event.name === 'add_test'
        ? block.tests.at(-1)
        : event.name === 'add_hook'
          ? block.hooks.at(-1)
          : undefined;
    if (added?.fn === undefined || (event.name === 'add_hook' && !hooks)) return;
    const given = added.fn as () => unknown;
    added.fn = around(async () => given());
  });
}
