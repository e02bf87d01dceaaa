import * as z from "zod";
import { ANSWER_KINDS, CHANNELS, PRESENCE_STATUSES } from "../model.ts";
import { parseDays, parseTimeRange } from "../terms/hours.ts";
import { DEFAULTS } from "./defaults.ts";
import { described, oneOf, optional, patternText, shortText, text, wholeNumber } from "./fields.ts";
import { languageTag, principal, timeZone } from "./terms.ts";

const maskingPattern = text((value) => value !== "" && value.length <= 500 && compiles(value), {
  code: "PSC-E059",
  what: "a regular expression",
  remedy: "write one of JavaScript's, of at most 500 characters, such as \\b\\d{3}-\\d{2}-\\d{4}\\b",
}).meta({ minLength: 1, maxLength: 500 });

/** The chat clients leave out, without a word, what does not compile. */
function compiles(pattern: string): boolean {
  try {
    return new RegExp(pattern, "g") instanceof RegExp;
  } catch {
    return false;
  }
}

const maskingRule = z.strictObject({
  name: described(shortText(100), "Name of the rule."),
  pattern: optional(maskingPattern, "Regular expression of what is hidden.", { required: true }),
  character: optional(
    patternText(/^\S$/u, {
      code: "PSC-E044",
      what: "one character",
      remedy: "write the one character that stands for what is hidden",
    }),
    "What stands in its place.",
    { default: "#" },
  ),
  description: optional(shortText(500), "One line about it.", { derivedDefault: "none" }),
});

const presence = z.strictObject({
  name: described(shortText(100), "Name and text agents see."),
  status: optional(oneOf(PRESENCE_STATUSES), "What it counts as for the routing.", { required: true }),
  selectable: optional(z.boolean(), "Whether agents may choose it themselves.", { default: true }),
});

const users = (what: string) =>
  optional(
    z.array(described(principal, "`group/KEY` or `user/NAME@DOMAIN`.")),
    `Who has ${what}. Others stay.`,
    {
      derivedDefault: "nobody",
    },
  );

const capacityProfile = z.strictObject({
  name: described(shortText(100), "Name workstreams use."),
  units: optional(wholeNumber(0, 100), "How many conversations an agent takes at once.", { required: true }),
  block: optional(z.boolean(), "Whether nobody can give an agent more than that by hand either.", {
    default: false,
  }),
  reset: optional(oneOf(["immediately", "end-of-day"]), "When a place is free again.", {
    default: "immediately",
  }),
  users: users("it"),
});

const skill = z.strictObject({
  name: described(shortText(100), "Name of the skill."),
  description: optional(shortText(100), "One line about it.", { derivedDefault: "none" }),
  users: users("it"),
});

export const omnichannelSchema = z.strictObject({
  consent: optional(
    oneOf(["organization"]),
    "A Global Administrator consents once for the whole tenant; psc waits for it.",
    { default: DEFAULTS.consent },
  ),
  channels: optional(
    z.array(described(oneOf(CHANNELS), "Name of a channel.")),
    "Channels a person ticks once in the admin center; psc sees when they are on.",
    { default: DEFAULTS.channels },
  ),
  masking: optional(
    z.strictObject({
      customers: optional(z.boolean(), "Whether what customers write is masked.", {
        derivedDefault: "left as it is",
      }),
      agents: optional(z.boolean(), "Whether what agents write is masked.", {
        derivedDefault: "left as it is",
      }),
      rules: optional(
        z.array(described(maskingRule, "A rule.")),
        "What is hidden, at most 10 with those the product brings. Others are left alone.",
        { derivedDefault: "none" },
      ),
    }),
    "Private data in conversations that is hidden before others see it.",
    { derivedDefault: "left as it is" },
  ),
  presences: optional(
    z.array(described(presence, "A presence.")),
    "What agents may be besides the product's own presences. Others are left alone.",
    { derivedDefault: "none" },
  ),
  capacityProfiles: optional(
    z.array(described(capacityProfile, "A capacity profile.")),
    "How many conversations of one kind agents take at once. Others are left alone.",
    { derivedDefault: "none" },
  ),
  skills: optional(
    z.array(described(skill, "A skill.")),
    "What agents can do that conversations may ask for. Others are left alone.",
    { derivedDefault: "none" },
  ),
});

const overflowAction = (what: string) =>
  z
    .union([
      oneOf(["assign-anyway", "end"]),
      z.strictObject({ transfer: optional(shortText(200), "Name of a queue.", { required: true }) }),
    ])
    .describe(what);
const OVERFLOW_CHOICE = "`assign-anyway`, `end`, or `{ transfer: QUEUE }`.";

const overflow = z.strictObject({
  closed: optional(overflowAction(OVERFLOW_CHOICE), "Outside the queue's operating hours.", {
    derivedDefault: "left as it is: assigned anyway",
  }),
  full: optional(
    z.strictObject({
      conversations: optional(wholeNumber(1, 100), "So many conversations wait already.", { required: true }),
      action: optional(overflowAction(OVERFLOW_CHOICE), "What happens to the next one.", { required: true }),
    }),
    "When the queue is full.",
    { derivedDefault: "left as it is" },
  ),
  waiting: optional(
    z.strictObject({
      minutes: optional(wholeNumber(1, 2880), "A conversation has waited so long.", { required: true }),
      action: optional(overflowAction(OVERFLOW_CHOICE), "What happens to it.", { required: true }),
    }),
    "When a conversation waits for too long.",
    { derivedDefault: "left as it is" },
  ),
});

const timeRange = text(
  (value) => parseTimeRange(value) !== undefined,
  {
    code: "PSC-E050",
    what: "a span of opening hours",
    remedy: "write 24-hour times within one day, the earlier first, such as 08:00-18:00",
  },
  /^\d{2}:\d{2}\s*-\s*\d{2}:\d{2}$/,
);

const days = text(
  (value) => parseDays(value) !== undefined,
  {
    code: "PSC-E051",
    what: "a day or span of days",
    remedy: "write mon, mon-fri or mon,wed,fri with mon tue wed thu fri sat sun",
  },
  /^[a-z]{3}(\s*[-,]\s*[a-z]{3})*$/,
);

export const operatingHoursSchema = z.strictObject({
  name: described(shortText(100), "Name queues and widgets use."),
  timeZone: optional(timeZone, "IANA time zone, such as America/New_York. Daylight saving follows it.", {
    required: true,
  }),
  open: optional(
    z.record(
      days,
      described(
        z.union([timeRange, z.array(described(timeRange, "A span of hours."))]),
        "`08:00-18:00`, or a list of such spans.",
      ),
    ),
    "Opening hours by days: `{ mon-fri: 08:00-18:00, sat: 09:00-12:00 }`. Days left out are closed.",
    { required: true },
  ),
});

export const queueSchema = z.strictObject({
  name: described(shortText(200), "Name workstreams use."),
  priority: optional(
    wholeNumber(0, 2_147_483_647),
    "The admin center's group number; it orders the list of queues.",
    { default: DEFAULTS.queuePriority },
  ),
  assignment: optional(
    oneOf(["highest-capacity", "round-robin", "longest-idle"]),
    "Who gets the next conversation.",
    { default: DEFAULTS.queueAssignment },
  ),
  operatingHours: optional(shortText(100), "Name of an entry of `operatingHours`.", {
    derivedDefault: "always open",
  }),
  members: optional(
    z.array(described(principal, "`group/KEY`, `user/NAME@DOMAIN` or `bot`.")),
    "Who works on the queue. Other members are left alone.",
    { derivedDefault: "nobody" },
  ),
  overflow: optional(overflow, "What happens to conversations it cannot take.", {
    derivedDefault: "left as it is",
  }),
});

const routeRule = z.strictObject({
  name: described(shortText(100), "Name of the rule."),
  when: optional(
    z.record(z.string(), described(z.union([z.string(), z.number()]), "Value the variable must equal.")),
    "Context variables and the values they must all have.",
    { derivedDefault: "always" },
  ),
  to: optional(shortText(200), "Name of a queue.", { required: true }),
});

const surveyQuestion = z.strictObject({
  name: described(
    patternText(/^[A-Za-z_]\w{0,99}$/, {
      code: "PSC-E079",
      what: "a name of a context variable",
      remedy: "write a letter, then letters, digits and underscores, such as ReasonForVisit",
    }),
    "Name of the context variable its answer becomes.",
  ),
  question: optional(shortText(512), "What the visitor is asked.", { required: true }),
  answer: optional(oneOf(ANSWER_KINDS), "How it is answered: a line, a text, a choice, or consent given.", {
    default: "line",
  }),
  required: optional(z.boolean(), "Whether it must be answered.", { default: true }),
  options: optional(z.array(described(shortText(100), "An answer.")), "What a `choice` offers.", {
    derivedDefault: "none",
  }),
});

const widget = z.strictObject({
  name: optional(shortText(100), "Name of the chat widget in the admin center.", {
    derivedDefault: "the workstream's name",
  }),
  title: optional(shortText(100), "Heading patients see.", { derivedDefault: "`environment.displayName`" }),
  subtitle: optional(shortText(100), "Line under the heading.", { default: DEFAULTS.widgetSubtitle }),
  language: optional(languageTag, "Language of the widget.", { derivedDefault: "`environment.language`" }),
  attachments: optional(oneOf(["none", "customers", "agents", "both"]), "Who may send files.", {
    default: DEFAULTS.widgetAttachments,
  }),
  position: optional(oneOf(["right", "left"]), "Corner of the page it stands in.", {
    default: DEFAULTS.widgetPosition,
  }),
  operatingHours: optional(shortText(100), "Name of an entry of `operatingHours`.", {
    derivedDefault: "always open",
  }),
  signIn: optional(
    z.strictObject({
      publicKeyUrl: optional(
        patternText(/^https:\/\/[^\s]{1,248}$/, {
          code: "PSC-E078",
          what: "an https address of at most 256 characters",
          remedy:
            "write where the site publishes its key; a Power Pages site: https://SITE/_services/auth/publickey",
        }),
        "Where the site publishes the key it signs tokens with. Omnichannel asks there at once: the site must be up.",
        { required: true },
      ),
      tokenFunction: optional(
        patternText(/^[A-Za-z_$][\w$]*(\.[A-Za-z_$][\w$]*)*$/, {
          code: "PSC-E078",
          what: "a name of a JavaScript function",
          remedy: "write its name, such as auth.getAuthenticationToken",
        }),
        "Function of the page that hands out the token of whoever is signed in.",
        { default: DEFAULTS.tokenFunction },
      ),
      optional: optional(
        z.boolean(),
        "Whether patients who are not signed in may chat as well. `psc smoke` needs it, because it cannot sign in.",
        { default: false },
      ),
    }),
    "Lets the widget know who is signed in to the site.",
    { derivedDefault: "nobody is asked" },
  ),
  survey: optional(
    z.array(described(surveyQuestion, "A question.")),
    "What visitors who are not signed in answer before the chat begins, in this order.",
    { derivedDefault: "left as it is" },
  ),
});

export const workstreamSchema = z.strictObject({
  name: described(shortText(100), "Name of the workstream."),
  sessionTemplate: optional(
    shortText(100),
    "Name of the session template its conversations open with: one of `agentExperience`, or of the environment.",
    { derivedDefault: "the product's own" },
  ),
  channel: optional(oneOf(CHANNELS), "Channel its conversations come from.", { required: true }),
  bot: optional(z.boolean(), "The bot answers first.", { default: false }),
  notificationTemplate: optional(
    shortText(100),
    "Name of the notification template by which agents are offered its conversations.",
    { derivedDefault: "the product's own" },
  ),
  capacityProfile: optional(
    shortText(100),
    "Name of the capacity profile of `omnichannel` its conversations count against, in place of units.",
    { derivedDefault: "units" },
  ),
  capacity: optional(wholeNumber(1, 10_000), "Capacity units one conversation takes.", {
    default: DEFAULTS.workstreamCapacity,
  }),
  variables: optional(
    z.record(z.string(), described(oneOf(["text", "number"]), "Type of the variable.")),
    "Context variables by name (case-sensitive), set by the bot or the page and read by rules.",
    { derivedDefault: "none" },
  ),
  route: optional(
    z.array(described(routeRule, "A rule.")),
    "Rules, tried from top to bottom; the first that holds decides the queue.",
    { derivedDefault: "none" },
  ),
  fallback: optional(shortText(200), "Queue for conversations no rule takes.", { required: true }),
  widget: optional(widget, "Chat widget for web pages; `{}` takes all defaults.", {
    derivedDefault: "no widget",
  }),
});
