import { beforeEach, describe, expect, test } from "vitest";
import { createSandboxClock } from "../../../src/sandbox/clock.ts";
import { grantOmnichannelConsent } from "../../../src/sandbox/entra/consent.ts";
import {
  findPrincipal,
  findServicePrincipal,
  licencesOf,
  membersOf,
} from "../../../src/sandbox/entra/directory.ts";
import { directoryOf } from "../../../src/sandbox/entra/entra-state.ts";
import { graphService } from "../../../src/sandbox/entra/graph-service.ts";
import { entraService } from "../../../src/sandbox/entra/login-service.ts";
import { ADMIN_USER, AGENT_USERS, PIPELINE_APP, PLAIN_USER } from "../../../src/sandbox/seed.ts";
import { createWorld, type World } from "../../../src/sandbox/world.ts";

let world: World;
beforeEach(() => {
  world = createWorld(createSandboxClock({ speed: 1 }), [entraService, graphService]);
});

const OMNICHANNEL_PAIR = ["3957683c-3a48-4a6c-8706-a6e2d6883b02", "d9ce8cfa-8bd8-4ff1-b39b-5e5dd5742935"];

describe("the directory that other services look into", () => {
  test("knows people and service principals", () => {
    expect(findPrincipal(world, ADMIN_USER.id)).toEqual({
      id: ADMIN_USER.id,
      kind: "user",
      displayName: ADMIN_USER.displayName,
      readableAt: 0,
      userPrincipalName: ADMIN_USER.userPrincipalName,
    });
    expect(findServicePrincipal(world, PIPELINE_APP.appId)).toEqual({
      id: PIPELINE_APP.servicePrincipalId,
      kind: "servicePrincipal",
      displayName: PIPELINE_APP.displayName,
      readableAt: 0,
      appId: PIPELINE_APP.appId,
    });
    // An application object is no principal.
    expect(findPrincipal(world, PIPELINE_APP.objectId)).toBeUndefined();
  });

  test("lists members and licences", () => {
    directoryOf(world).members.push({ from: "g", to: PLAIN_USER.id });
    expect(membersOf(world, "g")).toEqual([PLAIN_USER.id]);
    expect(licencesOf(world, AGENT_USERS[0].id)).toEqual([
      "DYN365_ENTERPRISE_CUSTOMER_SERVICE",
      "DYN365_CS_MESSAGING",
    ]);
    expect(licencesOf(world, PLAIN_USER.id)).toEqual([]);
  });
});

describe("the Omnichannel consent", () => {
  test("adds both first-party service principals once, at once visible and enabled", () => {
    for (const appId of OMNICHANNEL_PAIR) expect(findServicePrincipal(world, appId)).toBeUndefined();
    grantOmnichannelConsent(world);
    const first = OMNICHANNEL_PAIR.map((appId) => findServicePrincipal(world, appId));
    expect(first.map((principal) => principal?.displayName)).toEqual([
      "Omnichannel for CS Provisioning App Primary",
      "Omnichannel for CS CRM ClientApp Primary",
    ]);
    expect(first.every((principal) => findPrincipal(world, principal?.id ?? "") !== undefined)).toBe(true);
    grantOmnichannelConsent(world);
    expect(OMNICHANNEL_PAIR.map((appId) => findServicePrincipal(world, appId))).toEqual(first);
    expect(
      directoryOf(world).objects.filter((object) => object.value["appId"] === OMNICHANNEL_PAIR[1]),
    ).toHaveLength(1);
  });
});
