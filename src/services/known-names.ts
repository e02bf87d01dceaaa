import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";

/** Names out of an organisation's metadata that were looked up before. */
export interface KnownNames {
  get(key: string): string | undefined;
  set(key: string, name: string): void;
  /** For when one of them has proved wrong. */
  forget(): void;
}

interface NamesFile {
  readonly format: "psc.names/1";
  readonly origin: string;
  readonly version: string;
  readonly names: Readonly<Record<string, string>>;
}

function readNames(file: string, origin: string, version: string): Map<string, string> {
  try {
    const kept = JSON.parse(readFileSync(file, "utf8")) as Partial<NamesFile>;
    const fits = kept.format === "psc.names/1" && kept.origin === origin && kept.version === version;
    return new Map(
      Object.entries(fits ? (kept.names ?? {}) : {}).filter(([, name]) => typeof name === "string"),
    );
  } catch {
    // Absent or damaged: it costs some requests.
    return new Map();
  }
}

/**
 * Keeps the names of one organisation in a file for as long as the organisation's version stays the same: an update of
 * the platform or of its packages comes with a new one.
 */
export function keptNames(file: string, origin: string, version: string): KnownNames {
  let names: Map<string, string> | undefined;
  const known = (): Map<string, string> => {
    names ??= readNames(file, origin, version);
    return names;
  };
  function write(): void {
    const content: NamesFile = {
      format: "psc.names/1",
      origin,
      version,
      names: Object.fromEntries([...known()].sort(([a], [b]) => a.localeCompare(b))),
    };
    try {
      mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
      const temporary = `${file}.${process.pid}`;
      writeFileSync(temporary, `${JSON.stringify(content, null, 1)}\n`, { mode: 0o600 });
      renameSync(temporary, file);
    } catch {
      // A folder that cannot be written is the journal's business to report.
    }
  }
  return {
    get: (key) => known().get(key),
    set(key, name) {
      known().set(key, name);
      write();
    },
    forget() {
      known().clear();
      write();
    },
  };
}
