import { createHmac, timingSafeEqual } from "node:crypto";
import {
  type Json,
  type JsonObject,
  jsonBody,
  Refusal,
  type SandboxRequest,
  type SandboxResponse,
} from "../exchange.ts";
import { matchRoute, type Route, type RoutedRequest, route } from "../routes.ts";
import type { World } from "../world.ts";
import { findAccount, type HealthBotAccount } from "./accounts.ts";
import { listIn, objectInBackup, parseBackup } from "./backup.ts";
import { filesInForm } from "./multipart.ts";
import { presentScenario, storeScenario } from "./scenarios.ts";

/** How long a signed token counts; nothing is published, so it is as long as an Entra access token's usual life. */
const TOKEN_LIFE_MS = 60 * 60_000;
/** Clocks differ a little. */
const SKEW_MS = 5 * 60_000;

/** Only the status: what the API writes into an error body is not published. */
function refuse(status: number): never {
  throw new Refusal({ status });
}

function part(text: string | undefined): JsonObject {
  try {
    const value: unknown = JSON.parse(Buffer.from(text ?? "", "base64url").toString("utf8"));
    return typeof value === "object" && value !== null ? (value as JsonObject) : {};
  } catch {
    return {};
  }
}

/**
 * True for `Bearer <JWT>` signed with HS256 and the UTF-8 bytes of API_JWT_SECRET, whose `tenantName` is the bot's and
 * whose `iat` (seconds; a number in every sample, a string in the documented example) is recent
 * (microsoft/HealthBotCodeSnippets:HealthAgentAPI/README.md and healthAgentAPI.js).
 */
function isAuthentic(request: SandboxRequest, account: HealthBotAccount, nowMs: number): boolean {
  const token = /^Bearer\s+(\S+)$/i.exec(request.headers["authorization"] ?? "")?.[1];
  const [head, body, signature, ...more] = token?.split(".") ?? [];
  if (head === undefined || body === undefined || signature === undefined || more.length > 0) return false;
  const secret = account.secrets.find((candidate) => candidate.keyName === "API_JWT_SECRET")?.value ?? "";
  const expected = createHmac("sha256", secret).update(`${head}.${body}`).digest();
  const given = Buffer.from(signature, "base64url");
  if (part(head)["alg"] !== "HS256") return false;
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) return false;
  const claims = part(body);
  const issuedMs = Number(claims["iat"] ?? Number.NaN) * 1000;
  return (
    claims["tenantName"] === account.tenantName &&
    issuedMs >= nowMs - TOKEN_LIFE_MS &&
    issuedMs <= nowMs + SKEW_MS
  );
}

/** The account of the path, for a caller who proved to hold its secret. */
function open(request: RoutedRequest, world: World): HealthBotAccount {
  const account = findAccount(world, request.params["tenant"] ?? "");
  if (account === undefined || account.host !== request.host || account.opensAt > world.now())
    return refuse(404);
  if (!isAuthentic(request, account, world.now())) return refuse(401);
  return account;
}

function bodyOf(request: SandboxRequest): JsonObject {
  return jsonBody(request) ?? refuse(400);
}

/** A JSON array of objects as the body. */
function rowsOf(request: SandboxRequest): JsonObject[] {
  let value: unknown;
  try {
    value = JSON.parse(request.text);
  } catch {
    return refuse(400);
  }
  const isRow = (row: unknown): row is JsonObject =>
    typeof row === "object" && row !== null && !Array.isArray(row);
  if (!Array.isArray(value) || !value.every(isRow)) return refuse(400);
  return value;
}

/** `en_us` in a backup is `en-us` in this API. */
function renameLanguages(rows: readonly JsonObject[], from: string, to: string): JsonObject[] {
  return rows.map((row) =>
    Object.fromEntries(
      Object.entries(row).map(([name, value]): [string, Json] => [
        /^[a-z]{2}[-_][a-z]{2}$/.test(name) ? name.replace(from, to) : name,
        value,
      ]),
    ),
  );
}

const ACCOUNT = "/api/account/{tenant}";

const ROUTES: readonly Route[] = [
  route("GET", `${ACCOUNT}/backup`, (request, world) => ({
    status: 200,
    body: JSON.stringify(open(request, world).backup),
  })),
  // The prose of the README speaks of a file; its own script and microsoft/ClinicalTrialsBlueprint:scripts/RestoreBot.ps1 send {hbs}.
  route("POST", `${ACCOUNT}/backup`, (request, world) => {
    const account = open(request, world);
    const text = bodyOf(request)["hbs"];
    const backup = typeof text === "string" ? parseBackup(text) : undefined;
    if (backup === undefined) return refuse(400);
    account.backup = backup;
    return { status: 200 };
  }),
  route("GET", `${ACCOUNT}/scenarios`, (request, world) => ({
    status: 200,
    body: listIn(open(request, world).backup, "scenarios").map(presentScenario),
  })),
  route("POST", `${ACCOUNT}/scenarios`, (request, world) => {
    const account = open(request, world);
    const scenarios = listIn(account.backup, "scenarios");
    const rows = rowsOf(request);
    for (const row of rows) if (typeof row["name"] !== "string" || row["name"] === "") return refuse(400);
    for (const row of rows) {
      const stored = storeScenario(row, world);
      if (stored === undefined) return refuse(400);
      const at = scenarios.findIndex((scenario) => scenario["name"] === row["name"]);
      if (at < 0) scenarios.push(stored);
      else scenarios[at] = { ...stored, RowKey: scenarios[at]?.["RowKey"] ?? stored["RowKey"] ?? "" };
    }
    return { status: 200 };
  }),
  route("GET", `${ACCOUNT}/resources`, (request, world) => ({
    status: 200,
    body: listIn(open(request, world).backup, "files"),
  })),
  route("POST", `${ACCOUNT}/resources`, (request, world) => {
    const files = listIn(open(request, world).backup, "files");
    const sent = filesInForm(request);
    if (sent.length === 0 || !sent.every((file) => /^[\w.-]+$/.test(file.name))) return refuse(400);
    for (const file of sent) {
      const stored: JsonObject = { name: file.name, content: file.content };
      const at = files.findIndex((candidate) => candidate["name"] === file.name);
      if (at < 0) files.push(stored);
      else files[at] = stored;
    }
    return { status: 200 };
  }),
  route("GET", `${ACCOUNT}/localization`, (request, world) => {
    const localization = objectInBackup(open(request, world).backup, "localization");
    return {
      status: 200,
      body: {
        custom: renameLanguages(listIn(localization, "custom"), "_", "-"),
        system: renameLanguages(listIn(localization, "system"), "_", "-"),
      },
    };
  }),
  route("POST", `${ACCOUNT}/localization`, (request, world) => {
    const localization = objectInBackup(open(request, world).backup, "localization");
    const body = bodyOf(request);
    for (const kind of ["custom", "system"]) {
      if (body[kind] === undefined) continue;
      const strings = listIn(localization, kind);
      for (const row of renameLanguages(listIn(body, kind), "-", "_")) {
        const at = strings.findIndex((candidate) => candidate["stringId"] === row["stringId"]);
        if (at < 0) strings.push(row);
        else strings[at] = { ...strings[at], ...row };
      }
    }
    return { status: 200 };
  }),
];

const GAPS: readonly { readonly host: RegExp; readonly path: RegExp; readonly what: string }[] = [
  {
    host: /^bot-api-/,
    path: /^\//,
    what: "the starting of scenarios from outside; conversations go through Omnichannel's live chat",
  },
  {
    host: /./,
    path: /^\/account(\/|$)/,
    what: "the pages of the Health Bot portal; what a person does there is a gate",
  },
];

/** Answers the documented endpoints below `/api/account/{tenantName}`; what the sandbox has not is 501, everything else 404. */
export function handleManagementApi(
  request: SandboxRequest,
  world: World,
): SandboxResponse | Promise<SandboxResponse> {
  const gap = GAPS.find(({ host, path }) => host.test(request.host) && path.test(request.path));
  if (gap !== undefined)
    return {
      status: 501,
      body: { error: { code: "NotSimulated", message: `The sandbox does not simulate ${gap.what}.` } },
    };
  const match = matchRoute(ROUTES, request);
  if (match.kind === "not-found") return { status: 404 };
  if (match.kind === "method-not-allowed") return { status: 405, headers: { Allow: match.allow.join(", ") } };
  return match.handler(match.request, world);
}
