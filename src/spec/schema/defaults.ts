/** Defaults that depend on no other field. What follows from other fields is in resolve.ts. */
export const DEFAULTS = {
  stage: "dev",
  cloud: "public",
  region: "unitedstates",
  currency: "USD",
  language: "en-US",
  managed: false,
  /** What reaches beyond the environment is looked at, not changed. */
  manageTenantWide: false,
  noSharingWithEveryone: false,
  /** Microsoft Dataverse, by its present and its older connector. */
  businessConnectors: ["shared_commondataserviceforapps", "shared_commondataservice"],
  otherConnectors: "non-business",
  onlyAdminsCreate: ["environments", "trials", "sites"],
  packagesBy: "api",
  auditTables: ["contact", "incident"],
  /** HITRUST asks for one year of audit records; HIPAA's six years need an archive besides. */
  retentionDays: 365,
  activityLog: [
    "Administrative",
    "Security",
    "ServiceHealth",
    "Alert",
    "Recommendation",
    "Policy",
    "Autoscale",
    "ResourceHealth",
  ],
  consent: "organization",
  consentBy: "person",
  /** Half a year: "short-lived" in the sense of Microsoft's application management policies. */
  secretValidDays: 180,
  secretRenewDays: 30,
  channels: ["chat", "sms", "teams"],
  queuePriority: 1,
  queueAssignment: "highest-capacity",
  workstreamCapacity: 30,
  widgetSubtitle: "We are here to help",
  widgetAttachments: "none",
  widgetPosition: "right",
  tokenFunction: "auth.getAuthenticationToken",
  sku: "C1",
  handoffPhrase: "talk to a person",
  handoffVariable: "EscalateToAgent",
  handoffValue: 1,
  handoffScenario: "Escalate to agent",
  handoffMessage: "One moment, I am connecting you with a person.",
  conversationsDays: 30,
  messageTextInTelemetry: false,
  activationHours: 8,
  activationRequire: ["mfa", "justification"],
  /** A hundred conversations at the default workstream capacity. */
  botCapacity: 3000,
} as const;

export const APP_INSIGHTS_RETENTION_DAYS: readonly number[] = [30, 60, 90, 120, 180, 270, 365, 550, 730];
