/** The types that `light-runner.mjs` needs. */
declare module 'jest-light-runner/child-process' {
  interface TestFile {
    readonly path: string;
    readonly context: { readonly config: object };
  }
  interface Pool {
    readonly pool: { run(path: string, options: { readonly channel: object }): Promise<unknown> };
    readonly run: (test: TestFile) => Promise<unknown>;
  }
  export default class LightRunner {
    readonly _globalConfig: object;
    readonly _runtime: string;
    readonly _testRunners: Map<object, Pool>;
    _runTest(test: TestFile): Promise<unknown>;
  }
}
