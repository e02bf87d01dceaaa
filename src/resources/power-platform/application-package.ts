import type { Observation } from "../../engine/observation.ts";
import { type Context, defineKind, type Resource } from "../../engine/resource.ts";
import { PscError } from "../../errors.ts";
import type { ApplicationPackage } from "../../services/power-platform.ts";
import type { EnvironmentSpec, Manifest, ManifestPackage } from "../../spec/model.ts";
import { organization } from "../dataverse/organization.ts";
import { missingProof } from "../dataverse/package-proof.ts";
import { environmentCatalogue } from "./catalogue.ts";
import { environment } from "./environment.ts";
import { installByPac } from "./install-by-pac.ts";
import { isNeeded, notOffered } from "./package-offer.ts";

export interface PackageData {
  readonly version: string;
}

const LOOK_EVERY_MS = 30_000;
/** After the service says "installed", solutions and roles may show a little later. */
const PROOF_WITHIN_MS = 30 * 60_000;

const INSTALLING = "the installation";
const UNDER_WAY = new Set(["InstallRequested", "Installing", "InstallScheduled", "InstallRetrying"]);
const INSTALLED = new Set(["Installed", "TemplateInstalled"]);
const BROKEN = new Set(["InstallFailed", "UninstallFailed"]);

async function catalogueEntry(
  wanted: ManifestPackage,
  environmentId: string,
  context: Context,
  now: boolean,
): Promise<ApplicationPackage | undefined> {
  const catalogue = await environmentCatalogue(context, environmentId, now);
  return catalogue.find(({ uniqueName }) => uniqueName === wanted.uniqueName);
}

function installationFailed(wanted: ManifestPackage, reason: string): PscError {
  return new PscError({
    code: "PSC-E428",
    message: `the installation of ${wanted.uniqueName} failed${reason === "" ? "" : `: ${reason}`}`,
    remedy:
      "see Power Platform admin center > Environments > Resources > Dynamics 365 apps > details; mend the cause, then run the same command again: psc starts it anew",
    side: "service",
  });
}

function notProved(wanted: ManifestPackage, missing: string): PscError {
  return new PscError({
    code: "PSC-E429",
    message: `${wanted.uniqueName} is listed as installed, but psc still waits for ${missing}`,
    remedy:
      "see the environment's solution history; repair the installation in the Power Platform admin center, then run the same command again",
    side: "service",
  });
}

async function prove(
  wanted: ManifestPackage,
  entry: ApplicationPackage,
  proof: Promise<readonly string[]>,
): Promise<Observation<PackageData>> {
  const missing = await proof;
  return missing.length === 0
    ? {
        status: "present",
        id: wanted.uniqueName,
        fields: { installed: true },
        data: { version: entry.version },
      }
    : { status: "in-progress", what: `${missing.join(", ")} to appear` };
}

async function look(
  wanted: ManifestPackage,
  context: Context,
  now: boolean,
): Promise<Observation<PackageData>> {
  if (!isNeeded(wanted, context)) {
    return {
      status: "not-needed",
      reason: `only environments created before ${wanted.onlyIfCreatedBefore} need it`,
    };
  }
  const target = environment.data(context);
  if (target === undefined) return { status: "absent", reason: "the environment does not exist yet" };
  const client = organization(context);
  // Asked for beside the catalogue; without the package it is not looked at.
  const proof = client === undefined ? Promise.resolve([]) : missingProof(client, wanted.proof);
  proof.catch(() => {});
  const entry = await catalogueEntry(wanted, target.id, context, now);
  if (entry === undefined) return { status: "absent", reason: "it is not in the environment's catalogue" };
  if (INSTALLED.has(entry.state)) return prove(wanted, entry, proof);
  if (UNDER_WAY.has(entry.state)) return { status: "in-progress", what: INSTALLING };
  return {
    status: "absent",
    ...(BROKEN.has(entry.state)
      ? { reason: `the last installation failed${entry.lastError === "" ? "" : ` (${entry.lastError})`}` }
      : {}),
  };
}

/** Starts the installation, by the API or by pac; returns the operation where there is one to follow. */
async function start(
  wanted: ManifestPackage,
  environmentId: string,
  context: Context,
): Promise<string | undefined> {
  const { pac, powerPlatform } = context.services;
  const { uniqueName } = wanted;
  if (context.spec.environment.packagesBy === "pac") {
    if (pac !== undefined) {
      await installByPac(
        pac,
        { environmentId, uniqueName },
        () => catalogueEntry(wanted, environmentId, context, true),
        (state) => UNDER_WAY.has(state) || INSTALLED.has(state),
        context,
      );
      return undefined;
    }
    context.note("the sandbox has no pac, so it is installed by the API");
  }
  return (await powerPlatform.install(environmentId, uniqueName)).operationUrl;
}

/**
 * Waits until the catalogue says "installed" and the proof is there. The catalogue, not the operation, decides: an
 * operation may vanish, and an earlier run may have started it.
 */
async function waitUntilInstalled(
  wanted: ManifestPackage,
  context: Context,
  operationUrl: string | undefined,
): Promise<Observation<PackageData>> {
  const { powerPlatform } = context.services;
  if (operationUrl !== undefined) {
    await context.wait("the installation", { everyMs: LOOK_EVERY_MS, operationUrl }, async () => {
      const seen = await powerPlatform.installOperation(operationUrl);
      if (seen.state === "failed") throw installationFailed(wanted, seen.message);
      return seen.state === "running"
        ? { done: false, ...(seen.retryAfterMs === undefined ? {} : { retryAfterMs: seen.retryAfterMs }) }
        : { done: true, value: undefined };
    });
  }
  let started = false;
  let provingSince: number | undefined;
  return context.wait("the installation", { everyMs: LOOK_EVERY_MS }, async () => {
    const seen = await look(wanted, context, true);
    if (seen.status === "in-progress") {
      started = true;
      if (seen.what !== INSTALLING) {
        provingSince ??= context.clock.now();
        if (context.clock.now() - provingSince > PROOF_WITHIN_MS) throw notProved(wanted, seen.what);
      }
      return { done: false, note: seen.what };
    }
    // What was under way and is neither installed nor running any more has failed.
    if (seen.status === "absent" && (started || seen.reason !== undefined))
      throw installationFailed(wanted, seen.reason ?? "");
    return { done: true, value: seen };
  });
}

export const applicationPackage = defineKind<ManifestPackage, PackageData>({
  kind: "power-platform.application-package",
  summary: "Dynamics 365 application package installed in the environment and proved in Dataverse",
  step: 4,
  api: "Power Platform API: App Management",
  persona: "Power Platform Administrator",
  permissions: {
    read: [
      "AppManagement.ApplicationPackages.Read",
      "prvReadSolution",
      "prvReadAppModule",
      "prvReadRole",
      "prvReadEntity",
      "prvReadAttribute",
    ],
    write: ["AppManagement.ApplicationPackages.Install"],
  },
  sources: [
    "microsoft/terraform-provider-power-platform:internal/services/application",
    "Power Platform REST API: App Management",
    "d365collaborative/d365bap.tools",
    "Microsoft Power Platform CLI: application command group",
  ],
  nature: "managed",
  partOf: "power-platform.environment",
  usualMinutes: ({ usualMinutes }) => usualMinutes,
  label: ({ uniqueName }) => `package ${uniqueName}`,
  detail: ({ displayName }) => displayName,
  declared: () => ({ installed: true }),
  read: (wanted, context) => look(wanted, context, false),
  async create(wanted, context) {
    const target = environment.data(context);
    const entry = target === undefined ? undefined : await catalogueEntry(wanted, target.id, context, true);
    if (target === undefined || entry === undefined)
      throw notOffered([wanted], "this environment", context.manifest);
    const operationUrl = UNDER_WAY.has(entry.state) ? undefined : await start(wanted, target.id, context);
    return waitUntilInstalled(wanted, context, operationUrl);
  },
  resume: (wanted, state, context) => waitUntilInstalled(wanted, context, state.operationUrl),
});

/** Kinds carry one step; packages belong to steps 2, 4 and 6 of the guide, so each instance shows its own. */
function atStep(resource: Resource, step: number): Resource {
  return { ...resource, info: { ...resource.info, step } };
}

export function applicationPackageResources(spec: EnvironmentSpec, manifest: Manifest): Resource[] {
  return manifest.packages.map((wanted) => {
    const earlier = manifest.packages.filter(({ step }) => step < wanted.step);
    const dependsOn = [
      environment.address(),
      ...wanted.requires.map((name) => applicationPackage.address(name)),
      ...earlier.map(({ uniqueName }) => applicationPackage.address(uniqueName)),
      ...(wanted.step >= 4 ? ["entra.omnichannel-consent"] : []),
      ...(wanted.step >= 6 && spec.omnichannel.channels.length > 0 ? ["omnichannel.channels"] : []),
    ];
    return atStep(
      applicationPackage.resource({
        name: wanted.uniqueName,
        props: wanted,
        dependsOn: [...new Set(dependsOn)],
      }),
      wanted.step,
    );
  });
}
