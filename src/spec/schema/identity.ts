import * as z from "zod";
import { described, optional, shortText } from "./fields.ts";
import { guid, principal, userPrincipalName } from "./terms.ts";

const group = z.strictObject({
  name: optional(shortText(256), "Display name of the Entra security group; made or adopted by this name.", {
    required: true,
  }),
  members: optional(
    z.array(described(userPrincipalName, "Name a person signs in with.")),
    "People psc makes sure of. Other members are left alone.",
    { derivedDefault: "nobody" },
  ),
});

export const identitySchema = z.strictObject({
  groups: optional(
    z.record(
      z.string(),
      described(z.union([shortText(256), group]), "The group's display name, or its name and members."),
    ),
    "Entra security groups under the keys other fields use (`group/KEY`). healthBot.access and environment.securityGroup default to the keys `botAdmins` and `users`.",
    { derivedDefault: "users, agents, supervisors and botAdmins, named after the environment" },
  ),
  application: optional(
    shortText(120),
    "Display name of the Entra application behind the bot's Dataverse user, dedicated to this environment.",
    { derivedDefault: "`psc NAME bot` with the spec's `name`" },
  ),
  adminApplications: optional(
    z.array(
      described(guid("a client id (GUID)", "copy the application (client) id from Entra"), "Client id."),
    ),
    "Applications of pipelines that administer Power Platform unattended; registered as management applications.",
    { derivedDefault: "none" },
  ),
});

export const roleSchema = z.strictObject({
  role: described(shortText(100), "Display name of the Dataverse security role."),
  to: described(principal, "Who gets it: `group/KEY`, `user/NAME@DOMAIN` or `bot`."),
  by: optional(
    z.enum(["team", "direct"]),
    "`team`: the group becomes an Entra group team that holds the role. `direct`: every member holds it, the only way Omnichannel counts.",
    { derivedDefault: "`direct` for Omnichannel roles, people and the bot, else `team`" },
  ),
});
