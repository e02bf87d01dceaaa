/** One line of `psc sandbox log`. */
export interface LoggedRequest {
  readonly seq: number;
  /** Sandbox time. */
  readonly time: string;
  readonly service: string;
  readonly method: string;
  readonly url: string;
  readonly status: number;
  /** True for requests that change something in the tenant; token requests and queries by POST do not. */
  readonly write: boolean;
  readonly caller?: string;
  /** Request body of a write, secrets left out; for reading what psc sent. */
  readonly body?: unknown;
}

export interface RequestLog {
  readonly entries: readonly LoggedRequest[];
  append(entry: Omit<LoggedRequest, "seq">): void;
  clear(): void;
}

const SECRET_NAME = /secret|password|assertion|client_info|refresh_token|access_token|hbs$/i;

/** A copy without members whose names say that they are secret. */
export function withoutSecrets(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutSecrets);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [
      name,
      SECRET_NAME.test(name) ? "***" : withoutSecrets(member),
    ]),
  );
}

/** Signed query values (`t`, `c`, `s`, `h` of ARM status URLs) are shortened: they are long and secret. */
export function loggedUrl(url: URL): string {
  const copy = new URL(url);
  for (const name of ["t", "c", "s", "h"])
    if ((copy.searchParams.get(name) ?? "").length > 40) copy.searchParams.set(name, "…");
  return copy.toString();
}

export function createRequestLog(
  saved: readonly LoggedRequest[],
  onAppend: (entry: LoggedRequest) => void,
): RequestLog {
  const entries: LoggedRequest[] = [...saved];
  let next = (entries.at(-1)?.seq ?? 0) + 1;
  return {
    entries,
    append(entry) {
      const logged: LoggedRequest = { seq: next, ...entry };
      next += 1;
      entries.push(logged);
      onAppend(logged);
    },
    clear() {
      entries.length = 0;
      next = 1;
    },
  };
}
