import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import type { Reason } from '../../planning/reasons/reason.js';

/** Where a state is kept, as `init` recorded it. */
export interface StateBackend {
  /** `local`, `s3`, `http`, `pg`, `cloud`, … */
  readonly type: string;
  /** Its settings, with credentials in clear where they are given as settings. */
  readonly config: Readonly<Record<string, unknown>>;
}

const schema = z.looseObject({
  backend: z
    .looseObject({ type: z.string(), config: z.record(z.string(), z.unknown()).nullish() })
    .optional(),
});

/** Without a block `backend`: a file beside the configuration. */
const none: StateBackend = { type: 'local', config: {} };

/** @param dataFolder `TF_DATA_DIR`, in which `init` stores its result under the name of a state. */
export async function backendIn(dataFolder: string): Promise<StateBackend> {
  const text = await readFile(path.join(dataFolder, 'terraform.tfstate'), 'utf8').catch(() => undefined);
  const { backend } = text === undefined ? {} : schema.parse(JSON.parse(text));
  return backend ? { type: backend.type, config: backend.config ?? {} } : none;
}

/** Settings of which one makes a backend lock its states. All others lock by default, or do not lock at all. */
const lockSettings: Readonly<Record<string, readonly string[]>> = {
  s3: ['use_lockfile', 'dynamodb_table'],
  http: ['lock_address'],
  oss: ['tablestore_table'],
};

/** Backends of old Terraforms and their forks that cannot lock at all. */
const lockless = new Set(['artifactory', 'etcd', 'manta', 'swift']);

/**
 * Why Slipway rejects this backend: the state would be removed with the step's folder, or could have two writers at once. Variables of the
 * environment that set up the backend `http` count too.
 */
export function backendRefusals(
  { type, config }: StateBackend,
  { workspace, env }: { readonly workspace: string; readonly env: Readonly<Record<string, string>> },
): Reason[] {
  if (type === 'local') {
    const setting = workspace === 'default' ? 'path' : 'workspace_dir';
    const found = config[setting];
    if (typeof found === 'string' && path.isAbsolute(found)) return [];
    return [{ kind: 'terraform-local-state', setting, ...(typeof found === 'string' ? { found } : {}) }];
  }
  if (lockless.has(type)) return [{ kind: 'terraform-lockless', backend: type, settings: [] }];
  const settings = lockSettings[type];
  const given = (setting: string): boolean =>
    Boolean(config[setting]) || (type === 'http' && Boolean(env[`TF_HTTP_${setting.toUpperCase()}`]));
  if (!settings || settings.some((setting) => given(setting))) return [];
  return [{ kind: 'terraform-lockless', backend: type, settings }];
}
