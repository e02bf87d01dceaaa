import type { JsonObject, SandboxResponse } from "../exchange.ts";
import {
  liveObject,
  type PimArea,
  type PimKind,
  type PimSchedule,
  pimOf,
  sameText,
  textOf,
} from "./entra-state.ts";
import { type GraphCall, type GraphRoute, graphRoute } from "./graph-call.ts";
import { badRequest, notFound, refuseGraph } from "./graph-errors.ts";
import {
  GROUP_SCHEDULE_READ,
  GROUP_SCHEDULE_WRITE,
  type Permit,
  ROLE_SCHEDULE_READ,
  ROLE_SCHEDULE_WRITE,
} from "./graph-permissions.ts";
import { answerCollection, answerObject, type CollectionShape } from "./graph-query.ts";
import { typedValue } from "./object-shapes.ts";
import { postRequest } from "./pim-requests.ts";
import { instanceValue, scheduleValue, visibleSchedules } from "./pim-schedules.ts";
import { builtInRoles } from "./users.ts";

interface Family {
  readonly area: PimArea;
  readonly kind: PimKind;
  /** Path up to the kind of thing, such as `/roleManagement/directory/roleEligibility`. */
  readonly stem: string;
  /** Name of the types up to the kind of thing. */
  readonly type: string;
  readonly read: Permit;
  readonly readRequests: Permit;
  readonly write: Permit;
}

const FAMILIES: readonly Family[] = (["eligibility", "assignment"] as const).flatMap((kind): Family[] => {
  const name = kind === "eligibility" ? "Eligibility" : "Assignment";
  return [
    {
      area: "role",
      kind,
      stem: `/roleManagement/directory/role${name}`,
      type: `unifiedRole${name}`,
      read: ROLE_SCHEDULE_READ[kind],
      readRequests: ROLE_SCHEDULE_WRITE[kind],
      write: ROLE_SCHEDULE_WRITE[kind],
    },
    {
      area: "group",
      kind,
      stem: `/identityGovernance/privilegedAccess/group/${kind}`,
      type: `privilegedAccessGroup${name}`,
      read: GROUP_SCHEDULE_READ[kind],
      readRequests: GROUP_SCHEDULE_READ[kind],
      write: GROUP_SCHEDULE_WRITE[kind],
    },
  ];
});

const SUBJECT: Readonly<Record<PimArea, readonly string[]>> = {
  role: ["principalId", "roleDefinitionId", "directoryScopeId", "appScopeId"],
  group: ["principalId", "groupId", "accessId"],
};

/** Properties of requests, schedules and instances (microsoftgraph/msgraph-metadata `schemas/v1.0-Prod.csdl`). */
function propertiesOf({ area, kind }: Family, what: "Request" | "" | "Instance"): string[] {
  const assignment = kind === "assignment" ? ["assignmentType"] : [];
  switch (what) {
    case "Request":
      return [
        ...["id", "status", "createdDateTime", "completedDateTime", "approvalId", "customData", "createdBy"],
        ...["action", ...SUBJECT[area], "isValidationOnly", "targetScheduleId"],
        ...["justification", "scheduleInfo", "ticketInfo"],
      ];
    case "":
      return [
        ...["id", ...SUBJECT[area], "createdUsing", "createdDateTime", "modifiedDateTime", "status"],
        ...["memberType", ...assignment, "scheduleInfo"],
      ];
    case "Instance":
      return [
        ...["id", ...SUBJECT[area], "memberType", ...assignment, "startDateTime", "endDateTime"],
        ...(area === "group"
          ? [`${kind}ScheduleId`]
          : kind === "eligibility"
            ? ["roleEligibilityScheduleId"]
            : ["roleAssignmentScheduleId", "roleAssignmentOriginId"]),
      ];
  }
}

function shapeOf(family: Family, what: "Request" | "" | "Instance"): CollectionShape {
  return {
    type: `${family.type}Schedule${what}`,
    context: `${family.stem.slice(1)}Schedule${what}s`,
    properties: propertiesOf(family, what),
    filterable: [...SUBJECT[family.area], "id", "status", "action", "targetScheduleId", "assignmentType"],
    plain: true,
    expand: {
      principal: (value, { world }) => {
        const object = liveObject(world, textOf(value, "principalId"));
        return object === undefined ? {} : typedValue(object);
      },
      ...(family.area === "role"
        ? {
            roleDefinition: (value: JsonObject) =>
              builtInRoles().find(({ id }) => id === value["roleDefinitionId"]) ?? {},
          }
        : {
            group: (value: JsonObject, { world }: GraphCall) => {
              const object = liveObject(world, textOf(value, "groupId"), "group");
              return object === undefined ? {} : typedValue(object);
            },
          }),
    },
  };
}

/** Lists of what is in groups answer only about a group or a principal ("List eligibilitySchedules"). */
function requireNarrowed(call: GraphCall, { area }: Family): void {
  const filter = call.request.query.get("$filter") ?? "";
  if (area === "group" && !/\b(groupId|principalId)\b/.test(filter))
    badRequest("A filter by groupId or principalId is required.");
}

function routesOf(family: Family): GraphRoute[] {
  const { area, kind, stem, read, readRequests, write } = family;
  const requests = (call: GraphCall): JsonObject[] =>
    pimOf(call.world)
      .requests.filter((request) => request.area === area && request.kind === kind)
      .map(({ value }) => value);
  const one = (call: GraphCall, all: readonly JsonObject[], shape: CollectionShape): SandboxResponse => {
    const id = call.request.params["id"] ?? "";
    const found = all.find((value) => sameText(textOf(value, "id"), id));
    return found === undefined ? notFound(id) : answerObject(call, found, shape);
  };
  const started = (call: GraphCall): PimSchedule[] =>
    visibleSchedules(call.world, area, kind).filter(({ startsAt }) => startsAt <= call.world.now());
  const shapes = {
    request: shapeOf(family, "Request"),
    schedule: shapeOf(family, ""),
    instance: shapeOf(family, "Instance"),
  };
  return [
    graphRoute("GET", `${stem}ScheduleRequests`, readRequests, (call) => {
      requireNarrowed(call, family);
      return answerCollection(call, requests(call), shapes.request);
    }),
    graphRoute("POST", `${stem}ScheduleRequests`, write, (call) =>
      postRequest(call, area, kind, shapes.request.context),
    ),
    graphRoute("GET", `${stem}ScheduleRequests/{id}`, readRequests, (call) =>
      one(call, requests(call), shapes.request),
    ),
    graphRoute("POST", `${stem}ScheduleRequests/{id}/cancel`, write, (call) => {
      const id = call.request.params["id"] ?? "";
      if (!requests(call).some((value) => sameText(textOf(value, "id"), id))) return notFound(id);
      // Requests take effect at once, so none can be called off any more.
      return refuseGraph(400, "RequestCannotBeCancelled", "The request cannot be cancelled.");
    }),
    graphRoute("GET", `${stem}Schedules`, read, (call) => {
      requireNarrowed(call, family);
      return answerCollection(
        call,
        visibleSchedules(call.world, area, kind).map(scheduleValue),
        shapes.schedule,
      );
    }),
    graphRoute("GET", `${stem}Schedules/{id}`, read, (call) =>
      one(call, visibleSchedules(call.world, area, kind).map(scheduleValue), shapes.schedule),
    ),
    graphRoute("GET", `${stem}ScheduleInstances`, read, (call) => {
      requireNarrowed(call, family);
      return answerCollection(call, started(call).map(instanceValue), shapes.instance);
    }),
    graphRoute("GET", `${stem}ScheduleInstances/{id}`, read, (call) =>
      one(call, started(call).map(instanceValue), shapes.instance),
    ),
  ];
}

/** Privileged Identity Management for directory roles and for groups ("PIM API overview", Graph v1.0). */
export const PIM_ROUTES: readonly GraphRoute[] = FAMILIES.flatMap(routesOf);
