import * as z from "zod";
import { CLOUD_NAMES } from "../cloud.ts";
import { STAGES } from "./model.ts";
import { agentExperienceSchema } from "./schema/agent-experience.ts";
import { azureSchema } from "./schema/azure.ts";
import { DEFAULTS } from "./schema/defaults.ts";
import { environmentSchema } from "./schema/environment.ts";
import { described, oneOf, optional, shortText, text } from "./schema/fields.ts";
import { healthBotSchema } from "./schema/health-bot.ts";
import { identitySchema, roleSchema } from "./schema/identity.ts";
import {
  omnichannelSchema,
  operatingHoursSchema,
  queueSchema,
  workstreamSchema,
} from "./schema/omnichannel.ts";
import { ownSolutionSchema } from "./schema/own-solutions.ts";
import { portalSchema } from "./schema/portal.ts";
import { environmentName, tenantText } from "./schema/terms.ts";
import { verifySchema } from "./schema/verify.ts";

/**
 * A spec file: a base, an overlay or the whole. Every field but the names of list items may be left out of a file;
 * what a whole spec must have is noted on the field and checked after overlays were merged.
 */
export const specSchema = z.strictObject({
  apiVersion: optional(
    text(
      (value) => value === "psc/v1",
      {
        code: "PSC-E080",
        what: "an apiVersion this psc reads",
        remedy: "write `apiVersion: psc/v1`, or install a newer psc",
      },
      /^psc\/v1$/,
    ),
    "Version of the spec language: `psc/v1`.",
    { required: true },
  ),
  kind: optional(
    text(
      (value) => value === "Environment",
      {
        code: "PSC-E081",
        what: "a kind of spec",
        remedy: "write `kind: Environment`",
        known: () => ["Environment"],
      },
      /^Environment$/,
    ),
    "`Environment`.",
    { required: true },
  ),
  extends: optional(
    shortText(1000),
    "Relative path of the file this one is laid over. Mappings merge; lists of named things merge by name (roles by `role` and `to`); `$remove: true` drops an item; other lists and values replace; null takes a value back.",
    { derivedDefault: "nothing" },
  ),
  name: optional(environmentName, "Name of the environment in plans, journals and derived Azure names.", {
    derivedDefault: "`environment.domain`",
  }),
  stage: optional(oneOf(STAGES), "Stage it serves; stages must not share applications, bots or telemetry.", {
    default: DEFAULTS.stage,
  }),
  protect: optional(
    z.boolean(),
    "Whether `psc destroy` leaves the environment alone, whatever it is asked.",
    { derivedDefault: "true for stage `prod`, false for others" },
  ),
  cloud: optional(oneOf(CLOUD_NAMES), "Microsoft cloud of the tenant.", { default: DEFAULTS.cloud }),
  tenant: optional(tenantText, "Verified domain or id of the Entra tenant.", { required: true }),
  solution: optional(
    shortText(1000),
    "Name of a manifest that comes with psc, or the relative path of your own (`./my-manifest.yaml`).",
    { required: true },
  ),
  environment: optional(environmentSchema, "The Power Platform environment.", { required: true }),
  azure: optional(azureSchema, "The Azure side: bot, monitoring, access.", { required: true }),
  identity: optional(identitySchema, "Entra groups and applications."),
  omnichannel: optional(omnichannelSchema, "Consent and channels of Omnichannel for Customer Service."),
  roles: optional(
    z.array(described(roleSchema, "A grant.")),
    "Dataverse roles and who gets them. Other grants are left alone.",
    {
      derivedDefault:
        "Healthcare User for users (when the solution brings it), Omnichannel agent for agents and the bot, Omnichannel supervisor for supervisors",
    },
  ),
  operatingHours: optional(
    z.array(described(operatingHoursSchema, "Opening hours.")),
    "Opening hours for queues and widgets.",
    { derivedDefault: "none" },
  ),
  queues: optional(z.array(described(queueSchema, "A queue.")), "Queues of conversations.", {
    derivedDefault: "`Patient bot` with the bot and `Escalate to Human` with group/agents",
  }),
  workstreams: optional(
    z.array(described(workstreamSchema, "A workstream.")),
    "How conversations come in and where they go.",
    {
      derivedDefault:
        "when `queues` is left out too, `Patient chat`: the bot answers first and hands over to `Escalate to Human` through EscalateToAgent; with a widget",
    },
  ),
  ownSolutions: optional(
    z.array(described(ownSolutionSchema, "A solution.")),
    "Dataverse solutions of your own, imported in this order after the packages. What is installed in a newer version is left.",
    { derivedDefault: "none" },
  ),
  portal: optional(portalSchema, "Patient access portal: a Power Pages site with the chat widget.", {
    derivedDefault: "no portal",
  }),
  agentExperience: optional(agentExperienceSchema, "What agents and supervisors have at hand."),
  healthBot: optional(healthBotSchema, "The Azure Health Bot (healthcare agent service)."),
  verify: optional(verifySchema, "What `psc verify` looks at besides, and who has accepted what."),
});

export type SpecDocument = z.infer<typeof specSchema>;
