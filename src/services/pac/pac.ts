import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { Cloud, CloudName } from "../../cloud.ts";
import { PscError } from "../../errors.ts";
import type { TracingHttp } from "../http/types.ts";
import type { SignedIn } from "../services.ts";
import { findCli, findWrapper } from "./find.ts";
import { type PacEnd, type PacProcess, startPac } from "./process.ts";
import { signInOf, type Variables } from "./sign-in.ts";

/** Installs application packages through Microsoft's Power Platform CLI, `pac`. */
export interface Pac {
  /**
   * Looks whether pac is there and can sign in without a secret on its command line. Starts nothing.
   * @throws PscError PSC-E303, PSC-E304
   */
  check(): Promise<void>;
  /** Removes what pacs of killed runs left; for who holds the environment's lock, before any pac is started. */
  sweep(): void;
  /**
   * Signs pac in under a profile of its own and starts `pac application install`.
   * @throws PscError PSC-E303, PSC-E304; PSC-E457 when signing in fails
   */
  install(environmentId: string, uniqueName: string, signal: AbortSignal): Promise<PacInstallation>;
}

export interface PacInstallation {
  /** As it may be shown. */
  readonly command: string;
  /** How pac ended; undefined while it runs. What it says of itself is no proof of anything. */
  ended(): PacEnd | undefined;
  /** Ends pac if it still runs, and takes its profile away. What was started in the cloud goes on. */
  close(): Promise<void>;
}

export interface PacOptions {
  readonly cloud: Cloud;
  readonly http: Pick<TracingHttp, "note">;
  readonly env: Variables;
  /** Folders the binary is looked for in, as in PATH. */
  readonly searchPath: string;
  /** Where the wrapper may be installed, besides beside psc. */
  readonly workFolder: string;
  /** Where pac's profiles are kept while it runs. */
  readonly recordFolder: string;
  readonly signedIn: () => Promise<SignedIn>;
  /** Called right before pac is started; what it throws is thrown instead. */
  readonly beforeWrite: () => void;
  /** One line of what pac says, without the secrets psc knows. */
  readonly onLine: (line: string) => void;
}

/** "Microsoft Power Platform CLI auth command group", remarks of `pac auth create`. */
const CLOUD_WORDS: Readonly<Record<CloudName, string>> = {
  public: "Public",
  gcc: "UsGov",
  gcchigh: "UsGovHigh",
  dod: "UsGovDod",
  china: "China",
};

const PROFILES = "pac-";
/** pac gives up after 60 minutes (MicrosoftDocs/power-platform, issue 2487); what has not ended then hangs. */
const RUNS_AT_MOST_MS = 75 * 60_000;
const SIGN_IN_WITHIN_MS = 5 * 60_000;
const SIGN_OUT_WITHIN_MS = 30_000;

/**
 * Sources: "Microsoft Power Platform CLI: auth, application command group" for verbs and options;
 * microsoft/powerplatform-cli-wrapper:src/pac/auth/authenticate.ts for the options of each way to sign in and
 * :src/actions/installApplication.ts for the order of calls.
 */
export function createPac(options: PacOptions): Pac {
  const { cloud, env, recordFolder } = options;
  return {
    async check() {
      findCli(options);
      signInOf(env, await options.signedIn());
    },
    sweep() {
      if (!existsSync(recordFolder)) return;
      for (const name of readdirSync(recordFolder))
        if (name.startsWith(PROFILES)) rmSync(join(recordFolder, name), { recursive: true, force: true });
    },
    async install(environmentId, uniqueName, signal) {
      const cli = findCli(options);
      const signIn = signInOf(env, await options.signedIn());
      signal.throwIfAborted();
      options.beforeWrite();
      mkdirSync(recordFolder, { recursive: true, mode: 0o700 });
      const home = mkdtempSync(join(recordFolder, PROFILES));
      const removeHome = (): void => rmSync(home, { recursive: true, force: true });
      process.once("exit", removeHome);
      const profile = `psc-${randomBytes(6).toString("hex")}`;
      const start = (args: readonly string[], atMostMs: number): PacProcess =>
        startPac(args, {
          cli,
          wrapper: findWrapper(options.workFolder),
          home,
          env: { ...environmentOf(env, home), ...signIn.env },
          atMostMs,
          onLine: options.onLine,
        });
      let running: PacProcess | undefined;
      const stop = (): void => running?.stop();
      const close = async (): Promise<void> => {
        signal.removeEventListener("abort", stop);
        stop();
        await running?.end;
        // The folder goes anyway; this is for a pac that keeps its profiles elsewhere.
        await start(["auth", "delete", "--name", profile], SIGN_OUT_WITHIN_MS).end;
        process.off("exit", removeHome);
        removeHome();
      };
      signal.addEventListener("abort", stop, { once: true });
      try {
        running = start(
          ["auth", "create", "--name", profile, ...signIn.args, "--cloud", CLOUD_WORDS[cloud.name]],
          SIGN_IN_WITHIN_MS,
        );
        const signedIn = await running.end;
        signal.throwIfAborted();
        if (signedIn.exitCode !== 0) throw cannotSignIn(signIn.how, signedIn);
        const args = ["application", "install", "--environment", environmentId];
        running = start([...args, "--application-name", uniqueName], RUNS_AT_MOST_MS);
      } catch (error) {
        await close();
        throw error;
      }
      const command = `pac application install --environment ${environmentId} --application-name ${uniqueName}`;
      options.http.note({
        service: "powerPlatform",
        method: "RUN",
        url: command,
        status: 0,
        requestId: undefined,
        write: true,
        sent: 0,
      });
      return { command, ended: running.ended, close };
    },
  };
}

function cannotSignIn(how: string, { exitCode, lastWords }: PacEnd): PscError {
  return new PscError({
    code: "PSC-E457",
    message: `pac could not sign in with ${how} (${exitCode === undefined ? "it did not end by itself" : `exit code ${exitCode}`})${lastWords === "" ? "" : `: ${lastWords}`}`,
    remedy:
      "try `pac auth create` with the same means by hand; docs/pac.md lists what each needs. Or leave `environment.packagesBy` out: psc then installs by the API",
    side: "user",
  });
}

/** What pac and .NET need of psc's environment; credentials come with the way to sign in. */
const PASSED_ON =
  /^(PATH|PATHEXT|SYSTEMROOT|WINDIR|COMSPEC|PROGRAMFILES|PROGRAMDATA|TEMP|TMP|TMPDIR|LANG|LC_ALL|TZ|(HTTPS?|NO|ALL)_PROXY|SSL_CERT_(FILE|DIR)|DOTNET_\w+)$/i;

/**
 * A pac that shares nothing with the person's own: its profiles lie below `home`. The variables are those which
 * microsoft/powerplatform-cli-wrapper:src/pac/runtimeEnvironment.ts sets for the same end; on Windows .NET may ask the
 * system instead, hence the profile's own name.
 */
function environmentOf(env: Variables, home: string): Record<string, string> {
  const passed = Object.entries(env).filter(
    (entry): entry is [string, string] => entry[1] !== undefined && PASSED_ON.test(entry[0]),
  );
  return {
    ...Object.fromEntries(passed),
    HOME: home,
    USERPROFILE: home,
    APPDATA: join(home, "roaming"),
    LOCALAPPDATA: join(home, "local"),
    XDG_CONFIG_HOME: join(home, "config"),
    XDG_DATA_HOME: join(home, "data"),
    XDG_CACHE_HOME: join(home, "cache"),
    DOTNET_CLI_HOME: join(home, "dotnet"),
    PP_TOOLS_AUTOMATION_AGENT: "psc",
  };
}
