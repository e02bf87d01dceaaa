import type { World } from "../world.ts";
import { type Model, modelOf } from "./metadata/model.ts";
import type { OrganizationState } from "./state.ts";

/** What a request asked for in its `Prefer` header. */
export interface Preferences {
  readonly representation: boolean;
  readonly maxPageSize: number | undefined;
  /** Patterns of `odata.include-annotations`. */
  readonly annotations: readonly string[];
  readonly continueOnError: boolean;
  /** The preferences this service applied, for `Preference-Applied`. */
  readonly applied: readonly string[];
}

/** One caller's work in one organization. */
export interface Session {
  readonly world: World;
  readonly organization: OrganizationState;
  readonly model: Model;
  /** `systemuserid` on whose behalf rows are written. */
  readonly userId: string;
  /** `https://contosohealth-dev.crm.dynamics.com/api/data/v9.2`. */
  readonly baseUrl: string;
  readonly preferences: Preferences;
}

export const NO_PREFERENCES: Preferences = {
  representation: false,
  maxPageSize: undefined,
  annotations: [],
  continueOnError: false,
  applied: [],
};

/** Reads a `Prefer` header; several preferences may be joined by commas (Microsoft: "Compose HTTP requests"). */
export function readPreferences(header: string | undefined): Preferences {
  const text = header ?? "";
  const representation = /(^|[,;\s])return=representation/i.test(text);
  const pageSize = /odata\.maxpagesize=(\d+)/i.exec(text)?.[1];
  const annotations = /odata\.include-annotations=("[^"]*"|[^;,\s]+)/i.exec(text)?.[1];
  const continueOnError = /odata\.continue-on-error/i.test(text);
  const applied: string[] = [];
  if (representation) applied.push("return=representation");
  if (pageSize !== undefined) applied.push(`odata.maxpagesize=${pageSize}`);
  if (annotations !== undefined)
    applied.push(`odata.include-annotations="${annotations.replaceAll('"', "")}"`);
  if (continueOnError) applied.push("odata.continue-on-error");
  return {
    representation,
    maxPageSize: pageSize === undefined ? undefined : Math.max(1, Math.min(5000, Number(pageSize))),
    annotations: annotations?.replaceAll('"', "").split(",") ?? [],
    continueOnError,
    applied,
  };
}

/** True when the caller asked for this annotation, by name or by a pattern such as `OData.Community.*`. */
export function wantsAnnotation(session: Session, name: string): boolean {
  return session.preferences.annotations.some((pattern) => {
    const text = pattern.trim();
    if (text === "*") return true;
    return text.endsWith("*") ? name.startsWith(text.slice(0, -1)) : name === text;
  });
}

/** The platform's own work: shipped rows, synchronised users. */
export const SYSTEM_USER = "5957a0b8-0000-4000-8000-000000000001";

export function systemSession(world: World, organization: OrganizationState): Session {
  return {
    world,
    organization,
    model: modelOf(organization.features),
    userId: SYSTEM_USER,
    baseUrl: `${organization.url.replace(/\/$/, "")}/api/data/v9.2`,
    preferences: NO_PREFERENCES,
  };
}
