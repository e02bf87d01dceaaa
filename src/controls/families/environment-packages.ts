import { applicationPackage } from "../../resources/power-platform/application-package.ts";
import { about, type Control, judgedBy, manual, notApplicable } from "../control.ts";
import { findingsOf, judgedByState } from "../derived.ts";
import { agentLicences } from "../probes/agent-licences.ts";
import { installedPackages } from "../probes/environment.ts";

const CRM_HUB = "msdynce_CRMHub";

/** Packages with made-up patients or for a trial (names of the recorded tenant catalogue). */
const FOR_TRYING = /SampleData|DemoDataAnchor|Trial/i;

/** Licences, consent and application packages. */
export const PACKAGE_CONTROLS: readonly Control[] = [
  {
    id: "PSC-ENV-10",
    title: "Licences",
    statement:
      "The tenant owns Customer Service Enterprise and Digital Messaging licences, and every agent and supervisor has both.",
    rationale: "Whoever lacks one cannot take a conversation, and the patient waits.",
    level: "SHALL",
    mappings: {},
    remedy: {
      steps: [
        "Open Billing, Licenses in the Microsoft 365 admin center, and buy what is missing",
        "Assign both licences to the groups of agents and supervisors",
      ],
    },
    persona: "Global Administrator",
    restsOn: { kinds: ["entra.licences"], probes: [agentLicences] },
    judge({ facts }) {
      const owned = facts.resources("entra.licences").flatMap(findingsOf);
      const people = facts.probe(agentLicences)?.people ?? [];
      if (people.length === 0 && owned.length === 0) return manual("no agent or supervisor could be seen");
      return judgedBy(
        [
          ...owned,
          ...people
            .filter(({ lacks }) => lacks.length > 0)
            .map(({ name, lacks }) =>
              about(agentLicences.id, `${name} has no licence for ${lacks.join(" and ")}`),
            ),
        ],
        `owned, and assigned to all ${people.length} agents and supervisors`,
      );
    },
  },
  {
    id: "PSC-ENV-11",
    title: "CRM Hub in old environments",
    statement: "An environment made before October 2021 has the CRM Hub installed.",
    rationale: "Newer environments come with it; in an older one the healthcare apps do not open.",
    level: "SHALL",
    mappings: {},
    remedy: {
      spec: "solution",
      steps: ["Run psc deploy, or install Dynamics 365 CRM Hub under Dynamics 365 apps of the environment"],
    },
    persona: "Power Platform Administrator",
    restsOn: { kinds: [applicationPackage.info.kind] },
    judge({ facts }) {
      const found = facts.resource(applicationPackage.address(CRM_HUB));
      return found === undefined
        ? notApplicable("the solution does not need it")
        : judgedByState([found], "it is installed");
    },
  },
  {
    id: "PSC-ENV-12",
    title: "Consent to data access",
    statement: "A Global Administrator has consented for the tenant to Omnichannel's access to data.",
    rationale:
      "Omnichannel reads conversations and customers on behalf of the tenant: somebody must have said yes.",
    level: "SHALL",
    mappings: {
      hipaa: ["164.308(b)(1)"],
      nist: ["AC-6(10)"],
      scuba: ["MS.AAD.5.2", "MS.AAD.5.3"],
    },
    remedy: {
      spec: "omnichannel.consent",
      steps: [
        "Run psc deploy: it shows the address where a Global Administrator consents, and sees that it was done",
      ],
    },
    persona: "Global Administrator",
    restsOn: { kinds: ["entra.omnichannel-consent"] },
    judge({ facts }) {
      const found = facts.resources("entra.omnichannel-consent");
      const word = found.find(
        ({ state, id }) => state === "as-declared" && id?.startsWith("confirmed by ") === true,
      );
      return word === undefined
        ? judgedByState(found, "both service principals of Omnichannel are there and enabled")
        : manual(`somebody said so and the directory does not show it: ${word.id}`);
    },
  },
  {
    id: "PSC-ENV-13",
    title: "Packages in one environment",
    statement:
      "Omnichannel, Healthcare Foundation and the other packages of the solution are installed in this one environment.",
    rationale: "The parts find each other only where they share a database.",
    level: "SHALL",
    mappings: { nist: ["CM-8"] },
    remedy: {
      spec: "solution",
      steps: ["Run psc deploy, or install what is missing under Dynamics 365 apps of the environment"],
    },
    persona: "Power Platform Administrator",
    restsOn: { kinds: [applicationPackage.info.kind] },
    judge({ facts }) {
      const found = facts
        .resources(applicationPackage.info.kind)
        .filter(
          ({ address, state }) => address !== applicationPackage.address(CRM_HUB) && state !== "not-needed",
        );
      return judgedByState(found, `all ${found.length} are installed`);
    },
  },
  {
    id: "PSC-ENV-14",
    title: "No sample data in production",
    statement: "No package with sample or demonstration data is installed in production.",
    rationale: "Made-up patients beside real ones are mistaken for them, by people and by reports.",
    level: "SHALL",
    stages: ["prod"],
    mappings: { nist: ["CM-7"] },
    remedy: {
      steps: [
        "Delete the package's solutions in the environment, and the rows it brought",
        "Where patients' data cannot be told from it any more, make a new environment",
      ],
    },
    persona: "Power Platform Administrator",
    restsOn: { probes: [installedPackages] },
    judge({ facts }) {
      const found = facts.probe(installedPackages);
      if (found === undefined)
        return judgedBy([about(installedPackages.id, "the environment does not exist")], "");
      const { names } = found;
      return judgedBy(
        names
          .filter((name) => FOR_TRYING.test(name))
          .map((name) => about(installedPackages.id, `${name} is installed`)),
        `none among ${names.length} packages`,
      );
    },
  },
];
