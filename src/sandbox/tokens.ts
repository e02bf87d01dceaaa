import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";
import type { Caller, JsonObject } from "./exchange.ts";

/**
 * Access tokens of the sandbox: JWTs signed with a key that only this sandbox knows. Claims carry the names Entra
 * uses ("Access token claims reference", Microsoft identity platform).
 */
export interface TokenClaims {
  readonly aud: string;
  readonly iss: string;
  readonly iat: number;
  readonly nbf: number;
  readonly exp: number;
  readonly tid: string;
  readonly oid: string;
  readonly sub: string;
  readonly appid: string;
  readonly idtyp?: "app" | "user";
  readonly name?: string;
  readonly upn?: string;
  readonly app_displayname?: string;
  readonly roles?: readonly string[];
  readonly scp?: string;
  readonly wids?: readonly string[];
  readonly ver: "1.0";
}

export type TokenVerdict =
  | { readonly kind: "valid"; readonly claims: TokenClaims }
  | { readonly kind: "missing" | "expired" | "invalid" | "audience" };

const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString("base64url");

export function newSigningKey(): string {
  return randomBytes(32).toString("base64url");
}

export function signToken(claims: TokenClaims, key: string): string {
  const head = `${encode({ typ: "JWT", alg: "HS256", kid: "psc-sandbox" })}.${encode(claims)}`;
  return `${head}.${createHmac("sha256", key).update(head).digest("base64url")}`;
}

/** Compares audiences as Entra's resource servers do: a trailing slash makes no difference. */
function sameAudience(left: string, right: string): boolean {
  return left.replace(/\/$/, "").toLowerCase() === right.replace(/\/$/, "").toLowerCase();
}

export function verifyToken(
  authorization: string | undefined,
  key: string,
  audiences: readonly string[],
  nowMs: number,
  notBeforeMs: number,
): TokenVerdict {
  const token = /^Bearer\s+(\S+)$/i.exec(authorization ?? "")?.[1];
  if (token === undefined) return { kind: "missing" };
  const [head, body, signature] = token.split(".");
  if (head === undefined || body === undefined || signature === undefined) return { kind: "invalid" };
  const expected = createHmac("sha256", key).update(`${head}.${body}`).digest();
  const given = Buffer.from(signature, "base64url");
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) return { kind: "invalid" };
  const claims = JSON.parse(Buffer.from(body, "base64url").toString("utf8")) as TokenClaims;
  if (claims.exp * 1000 <= nowMs || claims.iat * 1000 < notBeforeMs) return { kind: "expired" };
  if (!audiences.some((audience) => sameAudience(audience, claims.aud))) return { kind: "audience" };
  return { kind: "valid", claims };
}

export function callerOf(claims: TokenClaims): Caller {
  return {
    tenantId: claims.tid,
    objectId: claims.oid,
    appId: claims.appid,
    kind: claims.scp === undefined ? "application" : "user",
    name: claims.upn ?? claims.app_displayname ?? claims.appid,
    audience: claims.aud,
    roles: claims.roles ?? [],
    scopes: claims.scp?.split(" ") ?? [],
    directoryRoles: claims.wids ?? [],
  };
}

/** What the token issuer and the server share; lives in the state so that tokens outlive a restart. */
export interface TokenState extends JsonObject {
  signingKey: string;
  /** Tokens issued before this moment (ms) count as expired; raised by the control API. */
  notBefore: number;
}
