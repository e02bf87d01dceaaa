import { request as httpRequest } from "node:http";
import { request as httpsRequest } from "node:https";
import { PscError } from "../errors.ts";
import { classifyTransport } from "../services/http/failures.ts";
import type { ClockReading } from "./sandbox-clock.ts";

export interface ControlAnswer {
  readonly status: number;
  readonly body: unknown;
}

function untrusted(sandboxUrl: string, error: Error): PscError {
  return new PscError({
    code: "PSC-E213",
    message: `the TLS certificate of the sandbox at ${sandboxUrl} is not trusted (${(error as NodeJS.ErrnoException).code ?? error.message})`,
    remedy:
      "give its certificate authority in NODE_EXTRA_CA_CERTS (`psc sandbox env` names the file); psc never skips the check",
    side: "user",
    cause: error,
  });
}

/**
 * One request to the control API of a sandbox (`/_sandbox/…`).
 * @throws PscError PSC-E120 when nothing answers at the address, PSC-E213 when its certificate is not trusted.
 */
export function askControl(
  sandboxUrl: string,
  method: "GET" | "POST" | "DELETE",
  path: string,
  body?: unknown,
): Promise<ControlAnswer> {
  const payload = body === undefined ? undefined : JSON.stringify(body);
  return new Promise((resolve, reject) => {
    const refuse = (error: Error): void =>
      reject(
        classifyTransport(error) === "tls"
          ? untrusted(sandboxUrl, error)
          : new PscError({
              code: "PSC-E120",
              message: `no sandbox answers at ${sandboxUrl} (${(error as NodeJS.ErrnoException).code ?? error.message})`,
              remedy: "start one with `psc sandbox start`, or leave the address out",
              side: "user",
              cause: error,
            }),
      );
    let url: URL;
    try {
      url = new URL(`/_sandbox/${path}`, sandboxUrl);
    } catch (error) {
      refuse(error as Error);
      return;
    }
    const start = url.protocol === "https:" ? httpsRequest : httpRequest;
    const message = start(
      url,
      {
        method,
        agent: false,
        timeout: 10_000,
        headers:
          payload === undefined
            ? {}
            : { "content-type": "application/json", "content-length": Buffer.byteLength(payload) },
      },
      (response) => {
        const chunks: Buffer[] = [];
        response.on("data", (chunk: Buffer) => chunks.push(chunk));
        response.on("error", refuse);
        response.on("end", () => {
          const text = Buffer.concat(chunks).toString("utf8");
          let parsed: unknown;
          try {
            parsed = text === "" ? undefined : JSON.parse(text);
          } catch {
            parsed = undefined;
          }
          resolve({ status: response.statusCode ?? 0, body: parsed });
        });
      },
    );
    message.on("timeout", () => message.destroy(new Error("no answer in 10 s")));
    message.on("error", refuse);
    message.end(payload);
  });
}

/** True when a sandbox answers there. */
export async function isHealthy(sandboxUrl: string): Promise<boolean> {
  try {
    const { status, body } = await askControl(sandboxUrl, "GET", "health");
    return status === 200 && (body as { sandbox?: unknown } | undefined)?.sandbox === "psc";
  } catch {
    return false;
  }
}

/** @throws PscError PSC-E120 when what answers is no sandbox. */
export async function readSandboxClock(sandboxUrl: string): Promise<ClockReading> {
  const { status, body } = await askControl(sandboxUrl, "GET", "clock");
  const clock = body as { [Name in keyof ClockReading]?: unknown } | undefined;
  if (status !== 200 || typeof clock?.now !== "number" || typeof clock.speed !== "number") {
    throw new PscError({
      code: "PSC-E120",
      message: `what answers at ${sandboxUrl} is not a psc sandbox`,
      remedy: "check the address; `psc sandbox url` prints that of this folder's sandbox",
      side: "user",
    });
  }
  return {
    now: clock.now,
    speed: clock.speed,
    paused: clock.paused === true,
    changes: Number(clock.changes ?? 0),
  };
}
