import type { Observation } from "../../engine/observation.ts";
import { type Context, defineKind, type Resource } from "../../engine/resource.ts";
import { PscError } from "../../errors.ts";
import type { Dataverse } from "../../services/dataverse.ts";
import { numberAt, type Row, textAt } from "../../services/json-reading.ts";
import type { EnvironmentSpec, MacroActionSpec, MacroSpec, Manifest } from "../../spec/model.ts";
import { ABSENT_ENVIRONMENT, ABSENT_TABLE, organization } from "../dataverse/organization.ts";
import { solution } from "../dataverse/solution.ts";
import { adminCenterLink, omnichannelBase } from "../omnichannel/channels.ts";
import { environment } from "../power-platform/environment.ts";

export interface MacroData {
  /** Row of `workflow`. */
  readonly id: string;
}

/** Categories of `workflow` that macros have: since there is one for them, and before, when they shared one with flows. */
const MACRO = 9000;
const OLDER_MACRO = 6;
const DEFINITION = 1;

/** All macros, so that any number of them is found by one request. */
function allMacros(client: Dataverse): Promise<readonly Row[] | undefined> {
  return client.list("workflows", {
    select: ["workflowid", "name", "category"],
    filter: `(category eq ${MACRO} or category eq ${OLDER_MACRO}) and type eq ${DEFINITION}`,
  });
}

/** Category 6 now belongs to desktop flows, so a row of it only counts where no other has the name. */
function macroCalled(rows: readonly Row[], name: string): Row | undefined {
  const same = rows.filter((row) => textAt(row, "name") === name);
  const proper = same.filter((row) => numberAt(row, "category") === MACRO);
  const [found, other] = proper.length > 0 ? proper : same;
  if (other === undefined) return found;
  throw new PscError({
    code: "PSC-E447",
    message: `the environment has several macros called "${name}"`,
    remedy: "rename all but one of them under Productivity > Macros",
    side: "user",
  });
}

async function read(props: MacroSpec, context: Context): Promise<Observation<MacroData>> {
  const client = organization(context);
  if (client === undefined) return ABSENT_ENVIRONMENT;
  const rows = await allMacros(client);
  if (rows === undefined) return ABSENT_TABLE;
  const row = macroCalled(rows, props.name);
  if (row === undefined) return { status: "absent" };
  const id = textAt(row, "workflowid");
  return { status: "present", id, fields: {}, data: { id } };
}

function writtenAction({ action, fields }: MacroActionSpec): string {
  const values = Object.entries(fields).map(([field, value]) => `${field}: ${value}`);
  return values.length === 0 ? action : `${action} (${values.join("; ")})`;
}

function stepsOf({ name, description, actions }: MacroSpec): string[] {
  const about = description === "" ? "" : ` and the description "${description}"`;
  return [
    ...(actions.length === 0
      ? ["If a solution has the macro, import it; psc does so for those under ownSolutions"]
      : []),
    `${actions.length === 0 ? "Otherwise open" : "Open"} the Customer Service admin center and choose Support experience > Productivity`,
    `At Macros choose Manage, then New, and give it exactly the name "${name}"${about}`,
    'Begin with the action "Start macro execution"',
    ...actions.map((action) => `Add the action ${writtenAction(action)}`),
    "Save",
  ];
}

/**
 * A macro is a process, and a step of an agent script refers to its row. What a macro's definition holds is published
 * nowhere, so psc writes none: a person builds it in the designer, or a solution brings it.
 * Assumption: the category. The macro runtime that every environment serves
 * (web resource `msdyn_ProductivityMacrosComponent_internal_library.js`) looks for categories 6 and 9000.
 */
export const macro = defineKind<MacroSpec, MacroData>({
  kind: "agent-experience.macro",
  summary: "Macro that steps of agent scripts run: built by a person, or brought by a solution",
  step: 15,
  api: "Dataverse Web API: workflows (read only)",
  persona: "Omnichannel Administrator",
  permissions: { read: ["prvReadWorkflow"], write: ["Productivity tools administrator"] },
  sources: [
    "MicrosoftDocs/dynamics-365-customer-engagement:ce/customer-service/administer/macros.md",
    "MicrosoftDocs/dynamics-365-customer-engagement:ce/customer-service/administer/macros-productivity-automation.md",
    "Dataverse table reference: workflow (category 9000, Web Client API Flow), msdyn_productivityagentscriptstep",
  ],
  nature: "gate",
  partOf: "power-platform.environment",
  label: ({ name }) => `macro "${name}"`,
  detail: ({ actions }) =>
    actions.length === 0 ? "it comes with a solution, or a person builds it" : "a person builds it",
  read,
  instructions: (props, context) => ({
    steps: stepsOf(props),
    link: adminCenterLink(context),
    probe: "a process of that name and of a macro's category appears in Dataverse",
    usualMinutes: 10,
    simulation: {
      action: "macro",
      payload: { organizationUrl: environment.data(context)?.instanceUrl ?? "", name: props.name },
    },
  }),
});

export function macroResources(spec: EnvironmentSpec, manifest: Manifest): Resource[] {
  return spec.agentExperience.macros.map((declared) =>
    macro.resource({
      name: declared.name,
      props: declared,
      dependsOn: [
        ...omnichannelBase(spec, manifest),
        ...spec.ownSolutions.map(({ uniqueName }) => solution.address(uniqueName)),
      ],
    }),
  );
}
