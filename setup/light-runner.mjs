import LightRunner from 'jest-light-runner/child-process';

/**
 * jest-light-runner 0.7.13 (0.8.2 does the same) has one channel for all its processes. The first process that requests its settings gets
 * the answer, and with it each that has not asked yet. Those get no answer to their own request, and wait forever. A channel for each test
 * file answers the right process.
 */
export default class OneChannelEach extends LightRunner {
  /**
   * @override
   * @param {Parameters<LightRunner['_runTest']>[0]} test
   */
  _runTest(test) {
    const projectConfig = test.context.config;
    const begun = this._testRunners.has(projectConfig);
    // The first file has the package's channel for itself: no other process asks before it is replaced here.
    const result = super._runTest(test);
    const made = this._testRunners.get(projectConfig);
    if (begun || !made || this._runtime !== 'child_process') return result;
    const workerData = { globalConfig: this._globalConfig, projectConfig, runtime: this._runtime };
    const run = (/** @type {{ path: string }} */ { path }) =>
      made.pool.run(path, { channel: channelOf(workerData) });
    this._testRunners.set(projectConfig, { ...made, run });
    return result;
  }
}

/**
 * The requests and answers of the package's own worker: `src/worker-runner.js` of jest-light-runner.
 * @param {object} workerData
 */
function channelOf(workerData) {
  /** @type {((message: object) => void)[]} */
  const listeners = [];
  return {
    onMessage: (/** @type {(message: object) => void} */ listener) => void listeners.push(listener),
    postMessage: (/** @type {unknown} */ message) => {
      if (message !== 'jest-light-runner-get-worker-data') return;
      for (const listener of listeners) listener({ type: 'jest-light-runner-worker-data', workerData });
    },
  };
}
