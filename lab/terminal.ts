import path from 'node:path';
import { projectRoot } from '../src/tools/project-root.js';
import { toolPath } from '../src/tools/tool-path.js';
import type { LabDescription } from './lab-description.js';
import { foreground, type Finished } from './processes/foreground.js';

const cliPath = path.join(projectRoot, 'bin/slipway.mjs');

/** Commands beside a lab: slipway, kubectl, and the lab's own control server. */
export abstract class Terminal {
  abstract readonly lab: LabDescription;

  /** The environment of worker and command line. */
  abstract environment(): Record<string, string>;

  /** Runs the command line as a person would, in the folder of slipway.yaml. */
  async slipway(...args: string[]): Promise<Finished> {
    return this.slipwayWith({}, ...args);
  }

  /** The same with additional environment variables. */
  async slipwayWith(more: Readonly<Record<string, string>>, ...args: string[]): Promise<Finished> {
    const { cwd, env } = this.atTheTerminal();
    return foreground(process.execPath, [cliPath, ...args], {
      cwd,
      env: { ...env, ...more },
      timeoutMs: 120_000,
    });
  }

  private atTheTerminal(): { cwd: string; env: Record<string, string> } {
    return { cwd: path.dirname(this.lab.inventory), env: cleanEnvironment(this.environment()) };
  }

  /** Runs the real kubectl as the cluster's admin. */
  async kubectl(...args: string[]): Promise<string> {
    const result = await this.runKubectl(args);
    return result.stdout;
  }

  async apply(manifest: object): Promise<void> {
    await this.runKubectl(['apply', '-f', '-'], JSON.stringify(manifest));
  }

  private async runKubectl(args: readonly string[], input?: string): Promise<Finished> {
    const all = ['--kubeconfig', this.lab.kubeconfig.admin, ...args];
    const options = {
      env: cleanEnvironment({}),
      timeoutMs: 30_000,
      ...(input === undefined ? {} : { input }),
    };
    const result = await foreground(await toolPath('kubectl'), all, options);
    if (result.code !== 0)
      throw new Error(`kubectl ${args.join(' ')} ended with ${result.code}: ${result.stderr}`);
    return result;
  }

  /** Sends a request to the lab's control server. */
  async control(method: string, where: string, body?: object): Promise<unknown> {
    const response = await fetch(`${this.lab.control}${where}`, {
      method,
      ...(body ? { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } } : {}),
    });
    if (!response.ok) throw new Error(`${method} ${where}: ${response.status} ${await response.text()}`);
    return response.json();
  }

  /** Requests an upgrade and returns the run's number, also of a run that was refused at once. */
  async upgrade(...args: string[]): Promise<number> {
    const { code, stdout, stderr } = await this.slipway('upgrade', '--json', ...args);
    const { run } = (stdout.startsWith('{') ? JSON.parse(stdout) : {}) as { run?: number };
    if (run === undefined) throw new Error(`slipway upgrade ended with ${code}: ${stdout}${stderr}`);
    return run;
  }

  /** Makes the pods on a node stop slowly, so that its drain takes time. */
  async slowPods(node: string, seconds: number): Promise<void> {
    const listed = await this.kubectl(
      'get',
      'pods',
      '--all-namespaces',
      `--field-selector=spec.nodeName=${node}`,
      '--output=jsonpath={range .items[*]}{.metadata.namespace}/{.metadata.name} {end}',
    );
    for (const pod of listed.trim().split(' ')) {
      const [namespace = '', name = ''] = pod.split('/');
      await this.kubectl(
        'annotate',
        'pod',
        name,
        '-n',
        namespace,
        `lab.slipway.dev/stop-seconds=${seconds}`,
        '--overwrite',
      );
    }
  }
}

/** Our environment that children get: where programs and binaries are, nothing else. */
export function cleanEnvironment(more: Record<string, string>): Record<string, string> {
  const handedOn = ['PATH', 'HOME', 'LANG', 'TMPDIR', 'XDG_CACHE_HOME', 'SLIPWAY_PROJECT_ROOT'];
  const binaries = Object.keys(process.env).filter((name) => name.startsWith('SLIPWAY_BIN_'));
  return { ...Object.fromEntries([...handedOn, ...binaries].flatMap(ownVariable)), ...more };
}

function ownVariable(name: string): [string, string][] {
  const value = process.env[name];
  return value === undefined ? [] : [[name, value]];
}
