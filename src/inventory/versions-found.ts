import type { MistakeAt } from './mistake.js';
import type { ReadNamedFile } from './named-files.js';
import { schemaMistakes } from './schema-mistakes.js';
import { versionInFile } from './version-in-file.js';
import { VersionSource } from './version-source.js';

/** An inventory with the versions from the files it names. */
interface VersionsFound {
  /** The written inventory, with each resolved source replaced by its version. */
  readonly value: object;
  /** The files that were read, each once. */
  readonly files: readonly string[];
  readonly mistakes: readonly MistakeAt[];
}

const names = ['talos', 'kubernetes'] as const;

/** The files an inventory names for its versions, each once. The inventory may have mistakes elsewhere. */
export function filesOf(written: object): string[] {
  return [...new Set(sourcesOf(written).flatMap(({ source }) => (source ? [source.file] : [])))];
}

/** Replaces each version source by the version from its file. */
export function withVersionsFound(written: object, read: ReadNamedFile): VersionsFound {
  const sources = sourcesOf(written);
  const found = sources.map((named) => resolved(named, read));
  const versions = Object.fromEntries(sources.map(({ name }, index) => [name, found[index]?.version]));
  return {
    value: sources.length === 0 ? written : { ...written, versions: { ...versionsOf(written), ...versions } },
    files: filesOf(written),
    mistakes: found.flatMap(({ mistakes }) => mistakes),
  };
}

interface NamedSource {
  readonly name: (typeof names)[number];
  /** Undefined for an invalid source. */
  readonly source: VersionSource | undefined;
  readonly mistakes: readonly MistakeAt[];
}

function sourcesOf(written: object): NamedSource[] {
  const versions = versionsOf(written);
  return names.flatMap((name): NamedSource[] => {
    const value = versions[name];
    if (typeof value !== 'object' || value === null) return [];
    const parsed = VersionSource.safeParse(value);
    if (parsed.success) return [{ name, source: parsed.data, mistakes: [] }];
    const issues = parsed.error.issues.map((issue) => ({
      ...issue,
      path: ['versions', name, ...issue.path],
    }));
    return [{ name, source: undefined, mistakes: schemaMistakes(issues, written) }];
  });
}

/** A placeholder, so that the schema does not report the same mistake again. */
const standIn = 'v0.0.0';

function resolved(
  { name, source, mistakes }: NamedSource,
  read: ReadNamedFile,
): { readonly version: string; readonly mistakes: readonly MistakeAt[] } {
  if (!source) return { version: standIn, mistakes };
  const at = ['versions', name];
  const file = read(source.file);
  if ('unreadable' in file) {
    const what = `${source.file} cannot be read`;
    const fix = 'name a file by its path from the folder of slipway.yaml on, in the same repository';
    return { version: standIn, mistakes: [{ at, what, why: file.unreadable, fix }] };
  }
  const found = versionInFile(source, file.text);
  return found.ok
    ? { version: found.version, mistakes: [] }
    : { version: standIn, mistakes: [{ at, ...found.mistake }] };
}

function versionsOf(written: object): Readonly<Record<string, unknown>> {
  const versions: unknown = 'versions' in written ? written.versions : undefined;
  return typeof versions === 'object' && versions !== null ? (versions as Record<string, unknown>) : {};
}
