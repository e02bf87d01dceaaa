import { closest } from "../suggest.ts";
import { REGION_NAMES } from "../terms/regions.ts";
import { type RuleContext, reportAt } from "./rules.ts";

/** The solution's life, its channels, and the environment it goes into. */
export function checkSolution(context: RuleContext): void {
  const { spec, manifest } = context;
  if (manifest?.lifecycle.state === "retired")
    reportAt(context, ["solution"], {
      code: "PSC-W104",
      message: `${manifest.name} was retired by Microsoft on ${manifest.lifecycle.date}; it deploys only where a tenant still offers it`,
      remedy: `plan for ${manifest.lifecycle.successors.join(" or ") || "a supported solution"}`,
    });
  for (const channel of manifest?.channels ?? [])
    if (!spec.omnichannel.channels.includes(channel))
      reportAt(context, ["omnichannel", "channels"], {
        code: "PSC-E067",
        message: `${manifest?.name} needs the channel ${channel}`,
        remedy: `add ${channel} to omnichannel.channels`,
      });
  checkRegion(context);
  if (spec.stage === "prod" && spec.environment.type !== "Production")
    reportAt(context, ["environment", "type"], {
      code: "PSC-W114",
      message: "the production stage is in an environment of type Sandbox",
      remedy: "use `type: Production`",
    });
  if (spec.environment.audit === undefined)
    reportAt(context, ["environment", "audit"], {
      code: "PSC-W120",
      message: "Dataverse auditing is left off",
      remedy: "leave `audit` out to get it with the defaults, or list the tables",
    });
}

function checkRegion(context: RuleContext): void {
  const { cloud, environment } = context.spec;
  const path = ["environment", "region"];
  const { region } = environment;
  if (region === "unitedstates") {
    if (cloud === "china")
      reportAt(context, path, {
        code: "PSC-E071",
        message: "the region unitedstates is not in the china cloud",
        remedy: "name a region of that cloud, or correct `cloud`",
      });
    return;
  }
  const isPublicRegion = REGION_NAMES.includes(region);
  if (cloud !== "public" && isPublicRegion) {
    reportAt(context, path, {
      code: "PSC-E071",
      message: `the region ${region} is not in the ${cloud} cloud`,
      remedy: "name a region of that cloud, or correct `cloud`",
    });
    return;
  }
  if (!isPublicRegion) {
    const guess = closest(region, REGION_NAMES);
    if (guess !== undefined && cloud === "public")
      reportAt(context, path, {
        code: "PSC-E070",
        message: `there is no Power Platform region "${region}"`,
        remedy: `did you mean "${guess}"?`,
      });
    else
      reportAt(context, path, {
        code: "PSC-W107",
        message: `psc does not know the region "${region}"`,
        remedy: `check its name in the admin center; known ones: ${REGION_NAMES.join(", ")}`,
      });
    return;
  }
  if (region !== "unitedstatesfirstrelease")
    reportAt(context, path, {
      code: "PSC-W106",
      message: `the guide asks for the United States; the environment is planned in ${region}`,
      remedy: "check that your tenant offers the packages there (`psc plan` tells)",
    });
}
