import * as z from "zod";
import { ALERT_LEVELS, PANEL_STATES } from "../model.ts";
import { described, filePath, oneOf, optional, patternText, shortText, text, wholeNumber } from "./fields.ts";
import { guid, languageTag, principal } from "./terms.ts";

/** Text of several lines. */
function longText(longest: number): z.ZodString {
  return text((value) => value.trim() !== "" && value.length <= longest, {
    code: "PSC-E044",
    what: `a text of 1 to ${longest} characters`,
    remedy: "shorten it, or give it a value",
  }).meta({ minLength: 1, maxLength: longest });
}

const replyText = longText(4000);

const quickReply = z.strictObject({
  title: described(shortText(100), "What agents look for."),
  text: optional(
    z.union([replyText, z.record(languageTag, described(replyText, "The text in that language."))]),
    "What is sent, in the environment's language, or by language: `{ en-US: Hello, es-ES: Hola }`. Slugs such as `{FullName{Customer}}` are filled in by Omnichannel.",
    { required: true },
  ),
  tags: optional(z.array(described(shortText(100), "A tag.")), "Words it is found by.", {
    derivedDefault: "none",
  }),
  workstreams: optional(z.array(described(shortText(100), "Name of a workstream.")), "Where it is offered.", {
    derivedDefault: "in all conversations",
  }),
});

const uniqueName = (what: string): z.ZodString =>
  patternText(/^[a-zA-Z][a-zA-Z0-9]{2,7}_[a-zA-Z0-9_]{1,100}$/, {
    code: "PSC-E057",
    what: `a unique name of ${what}`,
    remedy:
      "write a prefix of 3 to 8 letters and digits, an underscore, and a name, such as contoso_Identity",
  });

const scriptStep = z.strictObject({
  name: described(shortText(100), "Heading of the step."),
  text: optional(longText(2000), "What the agent reads."),
  script: optional(shortText(100), "Name of another script that the step opens."),
  macro: optional(shortText(100), "Name of a macro of `agentExperience.macros` that the step runs."),
});

const script = z.strictObject({
  name: described(shortText(100), "Name agents see."),
  uniqueName: optional(uniqueName("an agent script"), "How the environment tells it from others.", {
    derivedDefault: "`psc_` and the letters and digits of the name",
  }),
  description: optional(shortText(100), "One line about it.", { derivedDefault: "none" }),
  language: optional(languageTag, "Language of its texts.", { derivedDefault: "`environment.language`" }),
  steps: optional(
    z.array(described(scriptStep, "A step: a text, another script, or a macro.")),
    "What agents do, in this order.",
    { required: true },
  ),
  sessionTemplates: optional(
    z.array(described(shortText(100), "Name of a session template.")),
    "In which sessions it is offered. Others stay.",
    { derivedDefault: "none" },
  ),
});

const macroAction = z.strictObject({
  action: described(shortText(200), "What the designer calls it, such as `Open an existing record`."),
  fields: optional(
    z.record(shortText(200), described(longText(4000), "What the field holds.")),
    "What its fields hold, by their names in the designer. Slugs are written `$${customerRecordId}`, because `${` begins a reference of the spec.",
    { derivedDefault: "none" },
  ),
});

const macro = z.strictObject({
  name: described(shortText(100), "Name in the designer: no other macro of the environment may have it."),
  description: optional(shortText(500), "One line about it.", { derivedDefault: "none" }),
  actions: optional(
    z.array(described(macroAction, "An action.")),
    "What it does, in this order, for the person who builds it: what a macro holds has no published format, so psc neither writes nor compares it.",
    { derivedDefault: "none: it comes with a solution of `ownSolutions`, or exists already" },
  ),
});

const smartAssistBot = z.strictObject({
  name: described(shortText(100), "What psc calls it."),
  application: optional(
    guid("an application id (GUID)", "copy the Microsoft App ID of the Azure bot"),
    "Microsoft App ID of an Azure bot that makes suggestions. Its application must be known in the tenant.",
    { required: true },
  ),
  workstreams: optional(
    z.array(described(shortText(100), "Name of a workstream.")),
    "Workstreams it helps in. Others stay.",
    { required: true },
  ),
});

const sessionTemplate = z.strictObject({
  name: described(shortText(100), "Name in the admin center."),
  uniqueName: optional(uniqueName("a session template"), "How the environment tells it from others.", {
    derivedDefault: "`psc_` and the letters and digits of the name",
  }),
  title: optional(shortText(100), "Heading of the session; slugs such as `{customerName}` are filled in.", {
    derivedDefault: "the name",
  }),
  panel: optional(oneOf(PANEL_STATES), "How the communication panel begins.", { default: "docked" }),
  tabs: optional(
    z.array(described(shortText(100), "Name of an application tab of the environment.")),
    "Tabs that open with it.",
    { derivedDefault: "none" },
  ),
});

const profile = z.strictObject({
  name: described(shortText(100), "Name in the admin center."),
  uniqueName: optional(uniqueName("an experience profile"), "How the environment tells it from others.", {
    derivedDefault: "`psc_` and the letters and digits of the name",
  }),
  description: optional(shortText(2000), "One line about it.", { derivedDefault: "none" }),
  sessionTemplates: optional(
    z.array(described(shortText(100), "Name of a session template.")),
    "Session templates it has. Others stay.",
    { derivedDefault: "none" },
  ),
  users: optional(
    z.array(described(principal, "`group/KEY` or `user/NAME@DOMAIN`.")),
    "Who has it. Others stay.",
    { derivedDefault: "nobody" },
  ),
});

const article = z.strictObject({
  file: optional(filePath, "Path of a Markdown file.", { required: true }),
  title: optional(shortText(400), "Title agents and customers see.", {
    derivedDefault: "the first heading of the file",
  }),
  keywords: optional(z.array(described(shortText(100), "A word.")), "Words it is found by.", {
    derivedDefault: "none",
  }),
  description: optional(shortText(155), "What a search shows of it.", { derivedDefault: "none" }),
  language: optional(languageTag, "Language of the text.", { derivedDefault: "`environment.language`" }),
  internal: optional(z.boolean(), "Whether it is for agents only.", { default: false }),
});

const notificationTemplate = z.strictObject({
  name: described(shortText(100), "Name in the admin center."),
  uniqueName: optional(uniqueName("a notification template"), "How the environment tells it from others.", {
    derivedDefault: "`psc_` and the letters and digits of the name",
  }),
  title: optional(shortText(100), "Heading; slugs such as `{customerName}` are filled in.", {
    derivedDefault: "the name",
  }),
  timeoutSeconds: optional(wholeNumber(0, 500), "How long it is shown.", { default: 120 }),
  desktop: optional(oneOf(["never", "in-background", "always"]), "When it also shows outside the app.", {
    default: "never",
  }),
  rejectable: optional(z.boolean(), "Whether agents may reject the conversation.", { default: true }),
  fields: optional(
    z.array(
      described(
        z.strictObject({
          title: optional(shortText(200), "What stands on the left.", { required: true }),
          value: optional(shortText(1000), "What stands on the right; slugs are filled in.", {
            required: true,
          }),
        }),
        "A line.",
      ),
    ),
    "Lines it shows, in this order: the product shows four.",
    { derivedDefault: "none" },
  ),
});

const alertLevel = oneOf(ALERT_LEVELS);

export const agentExperienceSchema = z.strictObject({
  quickReplies: optional(z.array(described(quickReply, "A quick reply.")), "Answers at hand.", {
    derivedDefault: "none",
  }),
  scripts: optional(z.array(described(script, "An agent script.")), "Guides through a conversation.", {
    derivedDefault: "none",
  }),
  macros: optional(
    z.array(described(macro, "A macro.")),
    "Macros that steps of scripts run. A person builds each in the designer, or a solution brings it.",
    { derivedDefault: "none" },
  ),
  sessionTemplates: optional(
    z.array(described(sessionTemplate, "A session template.")),
    "What opens with a conversation.",
    { derivedDefault: "none" },
  ),
  profiles: optional(
    z.array(described(profile, "An experience profile.")),
    "Who works with which session templates in the workspace app.",
    { derivedDefault: "none" },
  ),
  notificationTemplates: optional(
    z.array(described(notificationTemplate, "A notification template.")),
    "How agents are offered a conversation.",
    { derivedDefault: "none" },
  ),
  knowledge: optional(
    z.array(described(article, "An article.")),
    "Knowledge articles from Markdown files: published, and a new version for each change. Others are left alone.",
    { derivedDefault: "none" },
  ),
  realTimeAnalytics: optional(
    z.boolean(),
    "Real-time analytics for supervisors, the successor of intraday insights.",
    { derivedDefault: "left as it is" },
  ),
  smartAssist: optional(
    z.strictObject({
      knowledge: optional(z.boolean(), "Whether agents are suggested knowledge articles.", {
        derivedDefault: "left as it is",
      }),
      similarCases: optional(z.boolean(), "Whether agents are suggested cases that were resolved before.", {
        derivedDefault: "left as it is",
      }),
      bots: optional(
        z.array(described(smartAssistBot, "A bot.")),
        "Bots of one's own that listen and suggest. Not the Health Bot, which answers patients.",
        { derivedDefault: "none" },
      ),
    }),
    "What is suggested to agents during a conversation. It takes the service up to a day to begin, in some regions and languages only, and it switches suggestions off that nobody uses for 21 days.",
    { derivedDefault: "left as it is" },
  ),
  sentiment: optional(
    z.strictObject({
      enabled: optional(z.boolean(), "Whether the customer's mood is estimated.", { default: true }),
      agentAlert: optional(alertLevel, "From which mood on agents are alerted.", { default: "none" }),
      supervisorAlert: optional(alertLevel, "From which mood on supervisors are alerted.", {
        default: "none",
      }),
    }),
    "Sentiment analysis of conversations.",
    { derivedDefault: "left as it is" },
  ),
  supervisors: optional(
    z.strictObject({
      monitor: optional(z.boolean(), "Whether they may look into conversations.", {
        derivedDefault: "left as it is",
      }),
      assign: optional(z.boolean(), "Whether they may assign conversations.", {
        derivedDefault: "left as it is",
      }),
      transfer: optional(z.boolean(), "Whether they may transfer conversations.", {
        derivedDefault: "left as it is",
      }),
      forceClose: optional(z.boolean(), "Whether they may close conversations.", {
        derivedDefault: "left as it is",
      }),
    }),
    "What supervisors may do with others' conversations.",
    { derivedDefault: "left as it is" },
  ),
});
