import { expect } from "vitest";
import type { Answer, ParsedJson } from "../../harness/sandbox.ts";
import type { TenantAdmin } from "./tenant-admin.ts";

/** How a service writes its refusals. */
export type Envelope =
  /** `{"error":{"code","message","detailUrlType":"NotSpecified"}}` */
  | "bap"
  /** `{"error":{"code","message"}}` */
  | "plain error"
  /** `{"code","message"}` */
  | "gateway"
  /** `{"code","message","innererror":{"code","message"?}}` */
  | "gateway with inner error"
  /** `{"StatusCode","Message"}` */
  | "packages"
  /** `{"error":{"code","message","target","details":[]}}` */
  | "pages"
  /** `{"Message","ErrorCode","ErrorType"}` */
  | "portal"
  | "text"
  | "nothing"
  /** No refusal but a whole environment. */
  | "environment";

/** One refusal that docs/sandbox/power-platform.md states, and a raw request that meets it. */
export interface ErrorCase {
  readonly status: number;
  /** As the page writes it; `–` for an answer without a code. */
  readonly code: string;
  readonly when: string;
  readonly envelope: Envelope;
  readonly message?: string | RegExp;
  readonly headers?: Readonly<Record<string, string>>;
  readonly ask: (admin: TenantAdmin) => Promise<Answer>;
}

const MEMBERS: Readonly<Partial<Record<Envelope, readonly string[]>>> = {
  bap: ["code", "detailUrlType", "message"],
  "plain error": ["code", "message"],
  gateway: ["code", "message"],
  "gateway with inner error": ["code", "innererror", "message"],
  packages: ["Message", "StatusCode"],
  pages: ["code", "details", "message", "target"],
  portal: ["ErrorCode", "ErrorType", "Message"],
};

function expectError(refusal: ErrorCase, body: ParsedJson): void {
  const wrapped = ["bap", "plain error", "pages"].includes(refusal.envelope);
  if (wrapped) expect(Object.keys(body)).toEqual(["error"]);
  const error = wrapped ? body.error : body;
  expect(Object.keys(error).sort()).toEqual(MEMBERS[refusal.envelope]);
  if (refusal.code !== "–")
    expect(error.innererror?.code ?? error.code ?? error.ErrorCode).toBe(refusal.code);
  if (refusal.envelope === "bap") expect(error.detailUrlType).toBe("NotSpecified");
  if (refusal.envelope === "pages") expect(error.details).toEqual([]);
  if (refusal.envelope === "packages") expect(error.StatusCode).toBe(refusal.status);
  const message: string = error.message ?? error.Message;
  if (refusal.message instanceof RegExp) expect(message).toMatch(refusal.message);
  else expect(message).toBe(refusal.message);
}

/** Compares an answer's status, code, body and headers with the case. */
export function expectRefusal(refusal: ErrorCase, answer: Answer): void {
  expect(answer.status).toBe(refusal.status);
  for (const [name, value] of Object.entries(refusal.headers ?? {})) expect(answer.headers[name]).toBe(value);
  switch (refusal.envelope) {
    case "nothing":
      expect(answer.text).toBe("");
      break;
    case "text":
      expect(answer.headers["content-type"]).toMatch(/^text\/plain/);
      expect(answer.text).toBe(refusal.message);
      break;
    case "environment":
      expect(answer.body.id).toMatch(/\/scopes\/service\/environments\/[0-9a-f-]{36}$/);
      break;
    default:
      expect(answer.headers["content-type"]).toMatch(/^application\/json/);
      expectError(refusal, answer.body);
  }
}
