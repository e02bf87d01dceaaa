import { withoutSecrets } from "./secret-value.ts";

/** Whose move it is: the person who ran psc, the service that answered, or psc itself. */
export type ErrorSide = "user" | "service" | "psc";

/** Where in a file a problem sits; lines and columns count from 1. */
export interface SourceLocation {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  /** Width of the marked text in columns, for the code frame. */
  readonly length?: number;
}

export interface ErrorDetails {
  /** Stable code, `PSC-E` (error) or `PSC-W` (warning) and three digits; see `psc explain CODE`. */
  readonly code: string;
  /** What is wrong, with the wrong value; lower case, no full stop. Secrets in it are hidden. */
  readonly message: string;
  /** What to do about it. */
  readonly remedy?: string;
  readonly side?: ErrorSide;
  readonly location?: SourceLocation;
  /** Permission that was missing, in the service's own words. */
  readonly permission?: string;
  /** Who can grant it or act. */
  readonly persona?: string;
  readonly cause?: unknown;
}

/** Every failure psc reports on purpose. Anything else that is thrown is a bug in psc. */
export class PscError extends Error {
  readonly code: string;
  readonly remedy: string | undefined;
  readonly side: ErrorSide;
  readonly location: SourceLocation | undefined;
  readonly permission: string | undefined;
  readonly persona: string | undefined;

  constructor(details: ErrorDetails) {
    super(
      withoutSecrets(details.message),
      details.cause === undefined ? undefined : { cause: details.cause },
    );
    this.name = details.code;
    this.code = details.code;
    this.remedy = details.remedy === undefined ? undefined : withoutSecrets(details.remedy);
    this.side = details.side ?? "user";
    this.location = details.location;
    this.permission = details.permission === undefined ? undefined : withoutSecrets(details.permission);
    this.persona = details.persona;
  }
}

/** What a service answered when it refused a request. */
export interface ServiceRefusal {
  readonly service: string;
  readonly method: string;
  /** Without query values that could be secret. */
  readonly url: string;
  readonly status: number;
  /** The service's own error code, such as `Request_BadRequest` or `0x80040217`; empty when it gave none. */
  readonly serviceCode: string;
  readonly serviceMessage: string;
  readonly requestId: string | undefined;
}

/** A request that reached the service and was answered with an error the caller did not expect. */
export class ServiceError extends PscError {
  readonly refusal: ServiceRefusal;

  constructor(details: ErrorDetails, refusal: ServiceRefusal) {
    super({ side: "service", ...details });
    this.refusal = {
      ...refusal,
      url: withoutSecrets(refusal.url),
      serviceCode: withoutSecrets(refusal.serviceCode),
      serviceMessage: withoutSecrets(refusal.serviceMessage),
    };
  }
}

export function isServiceError(error: unknown, ...statuses: number[]): error is ServiceError {
  return error instanceof ServiceError && (statuses.length === 0 || statuses.includes(error.refusal.status));
}
