import path from 'node:path';
import type { CredentialReference } from '../../inventory/credential.js';
import type { Terraform as Section } from '../../inventory/terraform.js';
import { cacheFolder } from '../binaries/cache.js';
import { readCredential } from '../credentials.js';
import { Refusal } from '../refusal.js';
import { runCommand } from '../run-command.js';
import type { StepFolder } from '../step-folder.js';
import { toolPath } from '../tool-path.js';
import { RunRecords } from './run-records.js';
import { Discretion, secretTexts } from './secret-texts.js';
import { checkOut } from './source-checkout.js';
import { terraform, type Terraform } from './terraform.js';
import { identityOf } from './terraform-root.js';

export interface OpenOptions {
  readonly cluster: string;
  /** Where relative files start: the folder of slipway.yaml, or that of the worker's credentials. */
  readonly base: string;
  /** The folder of slipway.yaml, where the repository is looked for; left out: `base`. */
  readonly home?: string;
  /** The commit that the run's slipway.yaml is at; undefined where it is not committed. */
  readonly commit: string | undefined;
  /** Everything that Terraform writes in clear goes to this folder, and is removed with it. */
  readonly step: StepFolder;
  /** The folder of encrypted etcd snapshots, and their recipient: states are kept beside them. */
  readonly snapshot: { readonly directory: string; readonly recipient: string };
  /** Names that messages may show although a variable file holds them: nodes, hosts, addresses. */
  readonly visible: readonly string[];
  /** A bare repository on this disk that has the commit, to use instead of `terraform.source.repository`. */
  readonly mirror?: string;
  /** How long to wait for a lock of another owner, in milliseconds. `none`: no lock is taken, and no plan may be applied. */
  readonly lockMs: number | 'none';
  readonly signal?: AbortSignal;
  /** Left out: in this user's state folder. */
  readonly records?: RunRecords;
}

/** A lookup in a local repository takes git milliseconds. */
const gitMs = 5_000;

/**
 * Prepares Terraform in a checkout of its configuration at the run's commit. Accesses no backend yet: that begins with `init`.
 *
 * @throws Refusal `terraform-commit-unknown`, `terraform-source`, `credential-unreadable`, `tool-missing`
 */
export async function openTerraform(section: Section, options: OpenOptions): Promise<Terraform> {
  const { base, home = base, commit, step, cluster, snapshot, lockMs } = options;
  if (commit === undefined)
    throw new Refusal({ kind: 'terraform-commit-unknown', file: path.join(home, 'slipway.yaml') });
  const { tool, version, workspace } = section;
  const program = await toolPath(tool, version);

  const read = async (which: string, reference: CredentialReference): Promise<string> =>
    (await readCredential(which, reference, base)).text;
  const all = (what: string, references: readonly CredentialReference[]): Promise<string[]> =>
    Promise.all(references.map((reference, index) => read(`terraform.${what}[${index}]`, reference)));
  const credentials = Promise.all([
    all('backend', section.backend),
    all('variables.files', section.variables.files),
    Promise.all(
      Object.entries(section.env).map(
        // The output of a program, or the text of a file, ends with a line break that is not part of the value.
        async ([name, reference]) =>
          [name, (await read(`terraform.env.${name}`, reference)).replace(/\r?\n$/, '')] as const,
      ),
    ),
  ]);
  const source = checkedOut(section, options, commit);
  // No process may still work in the folder of a failed step.
  await Promise.allSettled([credentials, source]);
  const [backend, variables, values] = await credentials;
  const { repository, folder } = await source;
  const env = Object.fromEntries(values);

  const write = (texts: readonly string[], name: string): Promise<string[]> =>
    Promise.all(texts.map((text) => step.write(`${name}${suffixOf(text)}`, text)));
  return terraform({
    tool,
    version,
    program,
    step,
    folder,
    identity: identityOf(repository, section.source.folder, workspace, ...backend),
    workspace,
    backendFiles: await write(backend, 'backend'),
    variableFiles: await write(variables, 'variables'),
    env,
    discretion: new Discretion(secretTexts({ backend, variables, env, visible: options.visible })),
    pluginCache: path.join(cacheFolder(), 'terraform-plugins'),
    lockMs,
    records: options.records ?? new RunRecords(),
    backups: {
      folder: path.join(path.resolve(base, snapshot.directory), 'terraform'),
      recipient: snapshot.recipient,
      cluster,
    },
  });
}

/** The repository, and the folder of the root module in its checkout. */
async function checkedOut(
  section: Section,
  { base, home = base, mirror, step, signal }: OpenOptions,
  commit: string,
): Promise<{ readonly repository: string; readonly folder: string }> {
  const repository = mirror ?? (await repositoryOf(section, home));
  const { folder } = section.source;
  return { repository, folder: await checkOut({ repository, commit, folder }, step.folder, signal) };
}

/** As the inventory names it; a path is relative to the folder of slipway.yaml. Otherwise the repository that contains that folder. */
async function repositoryOf({ source }: Section, home: string): Promise<string> {
  const { repository } = source;
  if (repository !== undefined) {
    const isUrl = /^(\w[\w+.-]*:\/\/|[\w.-]+@[\w.-]+:)/.test(repository);
    return isUrl ? repository : path.resolve(home, repository);
  }
  const args = ['--no-optional-locks', '-C', home, 'rev-parse', '--show-toplevel'];
  try {
    const { stdout } = await runCommand({ command: 'git', args, timeoutMs: gitMs });
    return stdout.replace(/\n$/, '');
  } catch {
    throw new Refusal({ kind: 'terraform-commit-unknown', file: path.join(home, 'slipway.yaml') });
  }
}

/** Terraform distinguishes the two formats of a variable file by its name. */
function suffixOf(text: string): '.tfvars' | '.tfvars.json' {
  return text.trimStart().startsWith('{') ? '.tfvars.json' : '.tfvars';
}
