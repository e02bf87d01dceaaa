import type { Answer } from "../../../harness/sandbox.ts";
import type { ArmSession } from "../arm-session.ts";
import { COMPONENT, type Refusal, SETTING, setting, WORKSPACE } from "./refusal.ts";

const workspace = ({ arm }: ArmSession, method: string, name: string, properties: object): Promise<Answer> =>
  arm(method, `${WORKSPACE}/${name}`, "2025-07-01", {
    ...(method === "PUT" ? { location: "eastus" } : {}),
    properties,
  });
const component = ({ arm }: ArmSession, body: object): Promise<Answer> =>
  arm("PUT", `${COMPONENT}/appi`, "2020-02-02", { location: "eastus", kind: "web", ...body });
const exported = ({ arm }: ArmSession, name: string, body: object): Promise<Answer> =>
  arm("PUT", `${SETTING}/${name}`, "2021-05-01-preview", body);

/** Workspaces, components and the export of the activity log. */
export const MONITORING: readonly Refusal[] = [
  {
    code: "InvalidParameter",
    when: "a workspace's retention, changed",
    status: 400,
    target: "properties.retentionInDays",
    ask: (session) => workspace(session, "PATCH", "log-one", { retentionInDays: 7 }),
  },
  {
    code: "InvalidParameter",
    when: "a workspace's retention, new",
    status: 400,
    target: "properties.retentionInDays",
    ask: (session) => workspace(session, "PUT", "log-two", { retentionInDays: 731 }),
  },
  {
    code: "InvalidResourceName",
    when: "a workspace",
    status: 400,
    ask: (session) => workspace(session, "PUT", "log", {}),
  },
  {
    code: "BadRequest",
    when: "a component without its workspace",
    status: 400,
    target: "properties.WorkspaceResourceId",
    ask: (session) => component(session, { properties: { WorkspaceResourceId: `${WORKSPACE}/none` } }),
  },
  {
    code: "BadRequest",
    when: "a component's retention",
    status: 400,
    target: "properties.RetentionInDays",
    ask: (session) => component(session, { properties: { RetentionInDays: 42 } }),
  },
  {
    code: "BadRequest",
    when: "a component of no kind",
    status: 400,
    target: "kind",
    ask: (session) => component(session, { kind: undefined }),
  },
  {
    code: "BadRequest",
    when: "a log category that does not exist",
    status: 400,
    ask: (session) => exported(session, "a", setting("Gossip")),
  },
  {
    code: "BadRequest",
    when: "a log without category",
    status: 400,
    ask: (session) =>
      exported(session, "a", {
        properties: { workspaceId: `${WORKSPACE}/log-one`, logs: [{ enabled: true }] },
      }),
  },
  {
    code: "BadRequest",
    when: "an export to nowhere",
    status: 400,
    ask: (session) => exported(session, "a", { properties: { logs: [] } }),
  },
  {
    code: "Conflict",
    when: "a sixth diagnostic setting",
    status: 409,
    ask: (session) => exported(session, "f", setting("Policy")),
  },
  {
    code: "ResourceNotFound",
    when: "a diagnostic setting",
    status: 404,
    ask: ({ arm }) => arm("GET", `${SETTING}/none`, "2021-05-01-preview"),
  },
];
