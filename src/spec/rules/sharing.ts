import { PscError, type SourceLocation } from "../../errors.ts";
import type { SpecCode } from "../codes.ts";
import type { EnvironmentSpec } from "../model.ts";
import type { SpecPath } from "../node.ts";
import { createProblemLog, type ProblemLog } from "../problems.ts";

interface Dedicated {
  readonly code: SpecCode;
  readonly what: string;
  readonly path: SpecPath;
  /** What makes it the same thing in the cloud; undefined when the spec does not say. */
  readonly identity: (spec: EnvironmentSpec) => readonly string[];
  readonly remedy: string;
}

function azureResource(spec: EnvironmentSpec, name: string): readonly string[] {
  return [spec.azure.subscription, spec.azure.resourceGroup, name];
}

/** What each environment has to itself. Sources: the guide's "Identity and access" and "Monitoring" recommendations. */
const DEDICATED: readonly Dedicated[] = [
  {
    code: "PSC-E094",
    what: "the environment domain",
    path: ["environment", "domain"],
    identity: (spec) => [spec.cloud, spec.environment.domain],
    remedy: "give each environment its own domain",
  },
  {
    code: "PSC-E090",
    what: "the Entra application",
    path: ["identity", "application", "name"],
    identity: (spec) => [spec.tenant, spec.identity.application.name],
    remedy: "leave identity.application out, or give each environment its own",
  },
  {
    code: "PSC-E095",
    what: "the client secret",
    path: ["identity", "application", "secret", "name"],
    // Without one, nothing is shared: each has a place of its own.
    identity: ({ name, identity: { application } }) =>
      application.secret === undefined
        ? ["none", name]
        : [application.secret.vault, `${application.secret.vault}/${application.secret.name}`],
    remedy: "give each environment's secret a name of its own",
  },
  {
    code: "PSC-E093",
    what: "the Health Bot",
    path: ["healthBot", "name"],
    identity: (spec) => azureResource(spec, spec.healthBot.name),
    remedy: "leave healthBot.name out, or give each environment its own",
  },
  {
    code: "PSC-E091",
    what: "Application Insights",
    path: ["azure", "monitoring", "applicationInsights"],
    identity: (spec) => azureResource(spec, spec.azure.monitoring.applicationInsights),
    remedy: "leave azure.monitoring.applicationInsights out, or give each environment its own",
  },
  {
    code: "PSC-E092",
    what: "the Log Analytics workspace",
    path: ["azure", "monitoring", "workspace"],
    identity: (spec) => azureResource(spec, spec.azure.monitoring.workspace),
    remedy: "leave azure.monitoring.workspace out, or give each environment its own",
  },
  {
    code: "PSC-W115",
    what: "the resource group",
    path: ["azure", "resourceGroup"],
    identity: (spec) => [spec.azure.subscription, spec.azure.resourceGroup],
    remedy: "give each environment a resource group of its own",
  },
];

interface Other {
  readonly spec: EnvironmentSpec;
  readonly file: string;
}

/** Reports what a spec shares with others. Specs of the same name are the same environment and may share all. */
export function reportSharing(
  spec: EnvironmentSpec,
  others: readonly Other[],
  locate: (path: SpecPath) => SourceLocation,
  log: ProblemLog,
): void {
  const sameIn = (identity: Dedicated["identity"], other: EnvironmentSpec): boolean =>
    identity(spec).join("\n").toLowerCase() === identity(other).join("\n").toLowerCase();
  for (const { spec: other, file } of others) {
    if (other.name === spec.name) continue;
    for (const { code, what, path, identity, remedy } of DEDICATED)
      if (sameIn(identity, other))
        log.report({
          code,
          message: `${spec.name} and ${other.name}${file === "" ? "" : ` (${file})`} share ${what} "${identity(spec).at(-1)}"`,
          remedy,
          location: locate(path),
        });
  }
}

/** What several resolved specs share although each should have its own. The location names no file. */
export function checkSharing(specs: readonly EnvironmentSpec[]): readonly PscError[] {
  const log = createProblemLog();
  for (const [i, spec] of specs.entries())
    reportSharing(
      spec,
      specs.slice(0, i).map((other) => ({ spec: other, file: "" })),
      () => ({ file: spec.name, line: 1, column: 1 }),
      log,
    );
  return [...log.errors, ...log.warnings].map(
    (found) => new PscError({ code: found.code, message: found.message, remedy: found.remedy ?? "" }),
  );
}
