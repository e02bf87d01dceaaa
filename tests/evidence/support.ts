import { generateKeyPairSync, randomUUID } from "node:crypto";
import { resolve } from "node:path";
import { specDigest } from "../../src/controls/collect.ts";
import type { Facts } from "../../src/controls/facts.ts";
import { judge as judgeWith } from "../../src/controls/judge.ts";
import type { VerifyResult } from "../../src/controls/result.ts";
import { type BundleInput, makeBundle } from "../../src/evidence/bundle.ts";
import { type BundleCheck, checkBundle } from "../../src/evidence/check.ts";
import { fileSigner } from "../../src/evidence/keys.ts";
import type { JudgeAgain } from "../../src/evidence/rejudging.ts";
import { type ArchiveFile, writeZip } from "../../src/evidence/zip.ts";
import { readZip } from "../../src/evidence/zip-reading.ts";
import { type LoadedSpec, loadSpec } from "../../src/spec/index.ts";
import { controlsFor } from "../../src/verification.ts";

export const VERSION = "1.2.3";

const loaded = loadSpec(resolve(import.meta.dirname, "../../examples/minimal.yaml"), { env: {} });
if (!loaded.ok) throw new Error("examples/minimal.yaml is not valid");
export const minimal: LoadedSpec = loaded;

/** Facts of a tenant in which one group is not as declared, and one could not be read. */
export const FACTS: Facts = {
  format: "psc.facts/1",
  tool: { name: "psc", version: VERSION },
  environment: {
    name: minimal.spec.name,
    stage: minimal.spec.stage,
    tenant: minimal.spec.tenant,
    cloud: minimal.spec.cloud,
    subscription: minimal.spec.azure.subscription,
    domain: minimal.spec.environment.domain,
  },
  specDigest: specDigest(minimal.spec),
  identity: "auditor@contoso.com",
  collected: { from: "2026-11-25T10:00:00.000Z", to: "2026-11-25T10:00:09.000Z" },
  resources: ["as-declared", "differs"].map((state, index) => ({
    address: `entra.group/${index}`,
    kind: "entra.group",
    label: `group ${index}`,
    step: 1,
    persona: "Global Administrator",
    nature: "configuration",
    state,
    reason: "as found",
    id: null,
    declared: { name: "a" },
    observed: { name: "b" },
    differences: [],
    concern: null,
    problem: null,
    confirmation: null,
    evidence: ["E1", "E2"],
    through: [],
  })) as unknown as Facts["resources"],
  probes: [],
  evidence: [1, 2, 3].map((n) => ({
    id: `E${n}`,
    service: "graph",
    method: "GET",
    url: `https://graph.microsoft.com/v1.0/groups/${n}`,
    status: 200,
    requestId: n === 2 ? null : `r-${n}`,
  })),
};

const FEW = controlsFor([]).filter(({ control: { id } }) =>
  /^PSC-RES-ENTRA\.(GROUP|TENANT|LICENCES)$/.test(id),
);

/** psc's judging, with the few controls that make a bundle small. */
export const judge: JudgeAgain = (facts, { spec, manifest, file, locate }) =>
  judgeWith({ facts, spec, manifest, controls: FEW, locate, specFile: file, runId: randomUUID() });

export const RESULT: VerifyResult = {
  ...judge(FACTS, { ...minimal, file: "minimal.yaml", locate: () => undefined }),
  runId: "00000000-0000-4000-8000-000000000001",
};

export const INPUT: BundleInput = {
  result: RESULT,
  facts: FACTS,
  spec: minimal,
  reports: [{ name: "report.csv", text: "id,verdict\n" }],
};

const pair = generateKeyPairSync("ed25519");
export const KEY_PEM = pair.privateKey.export({ type: "pkcs8", format: "pem" }).toString();
export const PUBLIC_KEY = pair.publicKey;

export const signedBundle = async (input: Partial<BundleInput> = {}): Promise<Buffer> =>
  Buffer.from((await makeBundle({ ...INPUT, signer: fileSigner(KEY_PEM, "key.pem"), ...input })).bytes);

export const unsignedBundle = async (input: Partial<BundleInput> = {}): Promise<Buffer> =>
  Buffer.from((await makeBundle({ ...INPUT, ...input })).bytes);

export const check = (
  bytes: Uint8Array,
  more: { key?: typeof PUBLIC_KEY; version?: string } = {},
): BundleCheck =>
  checkBundle({ file: "bundle.zip", bytes, key: more.key, version: more.version ?? VERSION, judge });

export const filesIn = (bytes: Uint8Array): ArchiveFile[] => [...readZip(bytes, () => 0).files];

/** The bundle with one file's text changed, and an archive that fits: what somebody with a ZIP program does. */
export function repacked(
  bytes: Uint8Array,
  change: (path: string, text: string) => string | undefined,
): Uint8Array {
  return writeZip(
    filesIn(bytes).flatMap(({ path, bytes: contents }) => {
      const text = change(path, Buffer.from(contents).toString("utf8"));
      return text === undefined ? [] : [{ path, bytes: Buffer.from(text, "utf8") }];
    }),
  );
}
