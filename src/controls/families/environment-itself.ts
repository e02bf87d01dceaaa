import type { EnvironmentType, Stage } from "../../spec/model.ts";
import { about, type Control, differs, type Judgement, judgedBy, manual } from "../control.ts";
import { findingsOf } from "../derived.ts";
import type { FactBook } from "../fact-book.ts";
import { type EnvironmentFacts, environmentFacts, installedPackages } from "../probes/environment.ts";

/** Production keeps what a clinic may miss a month later; elsewhere a week is what the platform has. */
const BACKUP_DAYS: Readonly<Record<Stage, number>> = { dev: 7, test: 7, prod: 28 };

/** Type of environment by stage: a trial ends by itself, and a developer's environment belongs to one person. */
const TYPES: Readonly<Record<Stage, EnvironmentType>> = {
  dev: "Sandbox",
  test: "Sandbox",
  prod: "Production",
};

const ADMINISTRATOR = "Power Platform Administrator";

function seen(facts: FactBook, judge: (found: EnvironmentFacts) => Judgement): Judgement {
  const found = facts.probe(environmentFacts);
  return found === undefined
    ? judgedBy([about(environmentFacts.id, "the environment does not exist")], "")
    : judge(found);
}

/** Packages of Dynamics 365 that come with an environment that has its apps, or can only be installed in one. */
const OF_DYNAMICS = /^(msdynce_|Omnichannel|Healthcare)/;

export const ENVIRONMENT_ITSELF_CONTROLS: readonly Control[] = [
  {
    id: "PSC-ENV-01",
    title: "The environment's place and database",
    statement:
      "The environment is in the region of the spec, has Dataverse and Dynamics 365 apps, and is not the tenant's default environment.",
    rationale:
      "Region and database are fixed at the making; the default environment is open to every member of the tenant.",
    level: "SHALL",
    mappings: {},
    remedy: {
      spec: "environment.region",
      steps: [
        "Correct `environment.domain` and `environment.region` of the spec, and let psc deploy make another environment",
        "Move what was built in the wrong one, and delete it",
      ],
    },
    persona: ADMINISTRATOR,
    restsOn: { kinds: ["power-platform.environment"], probes: [environmentFacts, installedPackages] },
    judge: ({ spec, facts }) =>
      seen(facts, ({ region, isDefault }) => {
        const packages = facts.probe(installedPackages)?.names ?? [];
        return judgedBy(
          [
            ...(region === spec.environment.region
              ? []
              : [
                  differs(
                    environmentFacts.id,
                    "region",
                    spec.environment.region,
                    region,
                    `the environment is in ${region}`,
                  ),
                ]),
            ...(isDefault
              ? [
                  differs(
                    environmentFacts.id,
                    "isDefault",
                    "false",
                    "true",
                    "it is the tenant's default environment",
                  ),
                ]
              : []),
            ...(packages.some((name) => OF_DYNAMICS.test(name))
              ? []
              : [about(installedPackages.id, "no Dynamics 365 app is installed in it")]),
          ],
          `in ${region}, with Dataverse and Dynamics 365 apps`,
        );
      }),
  },
  {
    id: "PSC-ENV-02",
    title: "Security group of the environment",
    statement: "The environment is restricted to the members of an Entra security group.",
    rationale:
      "Without one every licensed member of the tenant may enter the environment with patients' data.",
    level: "SHALL",
    mappings: { hipaa: ["164.308(a)(4)(ii)(B)"], nist: ["AC-3"], hitrust: ["01.c"] },
    remedy: {
      spec: "environment.securityGroup",
      steps: [
        "Name a group of `identity.groups` in `environment.securityGroup`, and run psc deploy",
        "Or open the environment in the Power Platform admin center, choose Edit under Details, and pick the group",
      ],
    },
    persona: ADMINISTRATOR,
    restsOn: { kinds: ["power-platform.security-group"], probes: [environmentFacts] },
    judge: ({ facts }) =>
      seen(facts, ({ securityGroupId }) =>
        judgedBy(
          [
            ...(securityGroupId === null
              ? [
                  differs(
                    environmentFacts.id,
                    "securityGroupId",
                    "a group",
                    "none",
                    "every licensed member of the tenant may enter it",
                  ),
                ]
              : facts.resources("power-platform.security-group").flatMap(findingsOf)),
          ],
          `restricted to the group ${securityGroupId}`,
        ),
      ),
  },
  {
    id: "PSC-ENV-03",
    title: "Managed environment",
    statement: "The environment is a managed environment.",
    rationale: "Limits on sharing, longer back-ups and weekly insights exist in managed environments only.",
    level: "SHOULD",
    mappings: { nist: ["CM-6"], hitrust: ["10.k"] },
    remedy: {
      spec: "environment.managed",
      steps: [
        "See that every user has a licence that counts for managed environments",
        "Set `environment.managed: true`, and run psc deploy",
      ],
    },
    persona: ADMINISTRATOR,
    restsOn: { kinds: ["power-platform.managed-environment"], probes: [environmentFacts] },
    judge: ({ facts }) =>
      seen(facts, ({ managed }) =>
        judgedBy(
          managed
            ? []
            : [
                differs(
                  environmentFacts.id,
                  "protectionLevel",
                  "Standard",
                  "Basic",
                  "the environment is not managed",
                ),
              ],
          "it is managed",
        ),
      ),
  },
  {
    id: "PSC-ENV-08",
    title: "Back-ups are kept",
    statement: `System back-ups of the environment are kept for at least ${BACKUP_DAYS.prod} days in production, and for ${BACKUP_DAYS.dev} days elsewhere.`,
    rationale: "What was deleted by mistake is often missed weeks later.",
    level: "SHALL",
    mappings: { hipaa: ["164.308(a)(7)(ii)(A)"], nist: ["CP-9"], hitrust: ["09.l"] },
    remedy: {
      spec: "environment.backupRetentionDays",
      steps: [
        "Set `environment.managed: true` and `environment.backupRetentionDays: 28` for a production environment, and run psc deploy",
        "Or run Set-AdminPowerAppEnvironmentBackupRetentionPeriod of Microsoft.PowerApps.Administration.PowerShell",
      ],
    },
    persona: ADMINISTRATOR,
    restsOn: { kinds: ["power-platform.backup-retention"], probes: [environmentFacts] },
    judge: ({ spec, facts }) =>
      seen(facts, ({ backupRetentionDays: days }) => {
        const wanted = BACKUP_DAYS[spec.stage];
        if (days === null)
          return manual("the Power Platform does not say for how long back-ups of the environment are kept");
        return judgedBy(
          days >= wanted
            ? []
            : [
                differs(
                  environmentFacts.id,
                  "retentionPeriod",
                  `at least ${wanted} days`,
                  `${days} days`,
                  `back-ups are kept for ${days} days`,
                ),
              ],
          `kept for ${days} days`,
        );
      }),
  },
  {
    id: "PSC-ENV-09",
    title: "Environment of the right type",
    statement:
      "Each stage has an environment of its own type: production environments for production, sandboxes for development and test.",
    rationale:
      "A production environment is updated and restored by other rules than a sandbox, and a trial ends by itself with everything in it.",
    level: "SHALL",
    mappings: { nist: ["CM-4"] },
    remedy: {
      spec: "environment.type",
      steps: [
        "Set `environment.type` to what the stage needs, and run psc deploy: it converts the environment",
      ],
    },
    persona: ADMINISTRATOR,
    restsOn: { kinds: ["power-platform.environment"], probes: [environmentFacts] },
    judge: ({ spec, facts }) =>
      seen(facts, ({ type }) => {
        const fitting = TYPES[spec.stage];
        return judgedBy(
          type === fitting
            ? []
            : [
                differs(
                  environmentFacts.id,
                  "environmentSku",
                  fitting,
                  type,
                  `${spec.stage} is a ${type} environment`,
                ),
              ],
          `a ${type} environment for ${spec.stage}`,
        );
      }),
  },
];
