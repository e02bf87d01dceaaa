import { createHmac } from "node:crypto";
import type { Clock } from "../clock.ts";
import { isServiceError, PscError } from "../errors.ts";
import type { SecretValue } from "../secret-value.ts";
import type { Http, HttpRequest, HttpResponse } from "./http/types.ts";

/** One step of a scenario; types carry further members of their own. */
export interface ScenarioStep {
  readonly id: string;
  readonly type: string;
  readonly [member: string]: unknown;
}

export interface ScenarioCode {
  readonly interrupting: boolean;
  readonly breaking: boolean;
  readonly returningMessage: string;
  readonly version: number;
  readonly steps: readonly ScenarioStep[];
}

/** A scenario as `GET /scenarios` lists it; `code` comes as an object or as its JSON text. */
export interface Scenario {
  readonly name: string;
  readonly scenario_trigger: string;
  readonly description?: string;
  readonly active?: boolean;
  readonly code: unknown;
}

/** The scenarios of a backup. */
export function scenariosIn(backup: Backup): readonly Scenario[] {
  const list = backup["scenarios"];
  return Array.isArray(list) ? (list as readonly Scenario[]) : [];
}

export interface ScenarioImport {
  readonly name: string;
  readonly scenario_trigger: string;
  readonly description: string;
  readonly active?: boolean;
  readonly code: ScenarioCode | Readonly<Record<string, unknown>>;
}

/** One of the bot's own strings: texts by language tag in lower case, such as `en-us`. */
export interface LocalizedString {
  readonly stringId: string;
  readonly [language: string]: string;
}

/** The whole content of a bot: scenarios, configuration, localization. May hold secrets; never log it. */
export type Backup = Readonly<Record<string, unknown>>;

/**
 * A bot's management API. Source: microsoft/HealthBotCodeSnippets `HealthAgentAPI/README.md` and `healthAgentAPI.js`;
 * microsoft/ClinicalTrialsBlueprint `scripts/RestoreBot.ps1`.
 */
export interface HealthBotManagement {
  /** Such as `https://eastus.healthbot.microsoft.com/api/account/contoso-bot-1a2b3c4`. */
  readonly base: string;
  readonly tenantName: string;
  /** Undefined while the management API of a bot that was just made is still starting (404 or 503). */
  getBackup(): Promise<Backup | undefined>;
  /** Replaces the whole content of the bot by `backup`. */
  restoreBackup(backup: Backup): Promise<void>;
  /** Undefined while the management API is still starting. */
  getScenarios(): Promise<readonly Scenario[] | undefined>;
  /** Adds scenarios; one of the same name is replaced. */
  postScenarios(scenarios: readonly ScenarioImport[]): Promise<void>;
  /** The bot's own strings; undefined while the management API is still starting. */
  getStrings(): Promise<readonly LocalizedString[] | undefined>;
  /** Adds strings; those of the same id take the given languages. */
  postStrings(strings: readonly LocalizedString[]): Promise<void>;
}

function base64url(text: string): string {
  return Buffer.from(text, "utf8").toString("base64url");
}

/**
 * The token of the management API: HS256 over the bot's `API_JWT_SECRET`, made anew for every call because the accepted
 * age of `iat` is not documented.
 */
export function managementToken(tenantName: string, secret: SecretValue, nowMs: number): string {
  const content = `${base64url(JSON.stringify({ alg: "HS256", typ: "JWT" }))}.${base64url(
    JSON.stringify({ tenantName, iat: Math.floor(nowMs / 1000) }),
  )}`;
  return `${content}.${createHmac("sha256", Buffer.from(secret.reveal(), "utf8")).update(content).digest("base64url")}`;
}

/** @throws PscError PSC-E437 when the body is not what the path documents. */
function parsed(response: HttpResponse, what: string): unknown {
  // Some answers carry JSON as text inside JSON: the backup is one text by itself.
  const value = typeof response.body === "string" ? safeParse(response.body) : response.body;
  if (typeof value === "object" && value !== null) return value;
  throw new PscError({
    code: "PSC-E437",
    message: `the bot's management API answered ${what} with something that is not JSON`,
    remedy: "open the bot's management portal; when it works there, run the same command again",
    side: "service",
  });
}

function safeParse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** @param portal `botManagementPortalLink` of the ARM resource. */
export function createHealthBotManagement(
  http: Http,
  clock: Clock,
  portal: URL,
  secret: SecretValue,
): HealthBotManagement {
  const tenantName = decodeURIComponent(portal.pathname.split("/").filter(Boolean).at(-1) ?? "");
  const base = `${portal.origin}${portal.pathname.replace(/^\/account\//, "/api/account/").replace(/\/$/, "")}`;

  const send = (method: HttpRequest["method"], path: string, body?: unknown): Promise<HttpResponse> =>
    http.send({
      method,
      url: `${base}${path}`,
      authorization: () => `Bearer ${managementToken(tenantName, secret, clock.now())}`,
      ...(method === "GET" ? { expect: [404] } : {}),
      ...(body === undefined
        ? {}
        : {
            headers: { "content-type": "application/json; charset=utf-8" },
            body: JSON.stringify(body),
            // Both imports replace what has the same name, so that sending one twice ends in the same state.
            repeatable: true,
          }),
    });
  /** Undefined while the API starts: 404, or 503 for longer than the pipeline has patience. */
  async function read(path: string): Promise<unknown> {
    try {
      const response = await send("GET", path);
      return response.status === 404 ? undefined : parsed(response, `GET ${path}`);
    } catch (error) {
      if (isServiceError(error, 503)) return undefined;
      throw error;
    }
  }

  return {
    base,
    tenantName,
    async getBackup() {
      return (await read("/backup")) as Backup | undefined;
    },
    async restoreBackup(backup) {
      await send("POST", "/backup", { hbs: JSON.stringify(backup) });
    },
    async getScenarios() {
      return (await read("/scenarios")) as readonly Scenario[] | undefined;
    },
    async getStrings() {
      const body = (await read("/localization")) as { custom?: readonly LocalizedString[] } | undefined;
      return body && (body.custom ?? []);
    },
    async postStrings(strings) {
      await send("POST", "/localization", { custom: strings, system: [] });
    },
    async postScenarios(scenarios) {
      // The import takes the code as text ("HealthAgentAPI/README.md"), although a backup holds it as an object.
      await send(
        "POST",
        "/scenarios",
        scenarios.map((scenario) => ({ ...scenario, code: JSON.stringify(scenario.code) })),
      );
    },
  };
}
