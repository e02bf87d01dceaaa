import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Workplace } from "./support.ts";

/**
 * What a package's installation by the fake goes like: it starts one and says so; starts one, waits and gives up, as pac
 * does after an hour; fails and says 0; fails; starts one and never ends;
 * starts one and takes psc's life.
 */
export type Conduct = "installs" | "gives-up" | "lies" | "fails" | "hangs" | "kills-psc";

export interface Call {
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** Names of the profiles its home holds: after `auth`, before an installation. */
  readonly profiles: readonly string[];
}

export interface FakePac {
  /** The folder it lies in, for the search path. */
  readonly folder: string;
  /** By unique name of the package; `installs` where nothing is said. */
  behave(conduct: Readonly<Record<string, Conduct>>): void;
  calls(): readonly Call[];
}

/** A token as services sign them, which nobody may print. */
export const PRINTED_TOKEN = `eyJhbGciOiJub25lIn0.${"e30A".repeat(12)}.c2lnbmF0dXJl`;

/**
 * An executable `pac` that talks to the sandbox as the real one to the cloud: profiles in its data folder, words on
 * stdout, and an exit code that says little ("auth" and "application" command groups, Power Platform CLI).
 */
export async function writeFakePac(place: Workplace): Promise<FakePac> {
  const folder = join(place.folder, "tools");
  const log = join(folder, "calls.jsonl");
  const conduct = join(folder, "conduct.json");
  mkdirSync(folder);
  writeFileSync(conduct, "{}");
  const token = await place.sandbox.token("admin", "https://api.powerplatform.com");
  const program = `#!${process.execPath}
const { appendFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } = require("node:fs");
const { join } = require("node:path");
const { request } = require("node:http");
const args = process.argv.slice(2);
const option = (name) => args[args.indexOf(name) + 1];
const data = join(process.env.XDG_DATA_HOME, "Microsoft", "PowerAppsCli");
const file = join(data, "authprofiles_v2.json");
const profiles = existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : [];
const keep = (names) => { mkdirSync(data, { recursive: true }); writeFileSync(file, JSON.stringify(names)); };
const told = () => {
  const left = existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : [];
  appendFileSync(${JSON.stringify(log)}, JSON.stringify({ args, env: process.env, profiles: left }) + "\\n");
};
const end = (code, words) => {
  if (words !== undefined) console.log(words);
  if (args[0] === "auth") told();
  process.exitCode = code;
};
function install(environment, name) {
  return new Promise((resolve, reject) => {
    const path = "/appmanagement/environments/" + environment + "/applicationPackages/" + name + "/install?api-version=2022-03-01-preview";
    const headers = { host: "api.powerplatform.com", authorization: ${JSON.stringify(`Bearer ${token}`)}, "content-type": "application/json" };
    const sent = request({ host: "127.0.0.1", port: ${place.sandbox.sandbox.port}, method: "POST", path, headers }, (answer) => { answer.resume(); answer.on("end", () => resolve(answer.statusCode)); });
    sent.on("error", reject);
    sent.end("{}");
  });
}
(async () => {
  if (args[0] === "auth" && args[1] === "create") {
    keep([...profiles, option("--name")]);
    console.log("signing in with ${PRINTED_TOKEN} and " + (process.env.IDENTITY_HEADER ?? ""));
    return end(0, "Authentication profile created");
  }
  if (args[0] === "auth" && args[1] === "delete") { keep(profiles.filter((name) => name !== option("--name"))); return end(0); }
  // psc ends it as soon as the installation shows.
  told();
  const name = option("--application-name");
  const conduct = JSON.parse(readFileSync(${JSON.stringify(conduct)}, "utf8"))[name] ?? "installs";
  if (profiles.length === 0) return end(1, "Error: No profiles were found on this computer.");
  if (conduct === "lies") return end(0, "Application " + name + " installed");
  if (conduct === "fails") return end(1, "Error: The application " + name + " is not for you, said ${PRINTED_TOKEN}");
  console.log("Installing " + name);
  // Ended or not, it has its last word.
  if (conduct === "gives-up" || conduct === "kills-psc") process.on("SIGTERM", () => {});
  const status = await install(option("--environment"), name);
  if (conduct === "gives-up") return end(1, "Error: Failed to install application within maximum timeout of 60 minutes");
  if (conduct === "kills-psc") return process.kill(process.ppid, "SIGKILL");
  if (conduct === "hangs") return void setInterval(() => {}, 1000);
  end(0, "Installation answered " + status);
})();
`;
  writeFileSync(join(folder, "pac"), program);
  chmodSync(join(folder, "pac"), 0o755);
  return {
    folder,
    behave: (wanted) => writeFileSync(conduct, JSON.stringify(wanted)),
    calls: () =>
      existsSync(log)
        ? readFileSync(log, "utf8")
            .trim()
            .split("\n")
            .map((line) => JSON.parse(line) as Call)
        : [],
  };
}

/** What somebody with access to Microsoft's feed installs beside the spec; only what psc uses of it. */
export function installFakeWrapper({ folder }: Workplace): { readonly runs: () => readonly string[] } {
  const home = join(folder, "node_modules", "@microsoft", "powerplatform-cli-wrapper");
  const log = join(folder, "tools", "wrapper.log");
  mkdirSync(join(home, "dist"), { recursive: true });
  writeFileSync(
    join(home, "package.json"),
    JSON.stringify({
      name: "@microsoft/powerplatform-cli-wrapper",
      version: "0.1.135",
      main: "dist/index.js",
    }),
  );
  writeFileSync(
    join(home, "dist", "index.js"),
    `"use strict";
const { spawn } = require("node:child_process");
const { appendFileSync } = require("node:fs");
class RunnerError extends Error { constructor(exitCode, message) { super(message); this.exitCode = exitCode; } }
exports.RunnerError = RunnerError;
exports.createCommandRunner = (workingDir, commandPath, logger, agent, options) => (...args) =>
  new Promise((resolve, reject) => {
    appendFileSync(${JSON.stringify(log)}, args.slice(0, 2).join(" ") + "\\n");
    const lines = [];
    const env = Object.assign({ PP_TOOLS_AUTOMATION_AGENT: agent }, process.env);
    const child = spawn(commandPath, args, { cwd: workingDir, env, ...options });
    const hear = (chunk) => { for (const line of String(chunk).split("\\n").filter(Boolean)) { lines.push(line); logger.log(line); } };
    child.stdout.on("data", hear);
    child.stderr.on("data", hear);
    child.on("error", () => reject(new RunnerError(1, lines.join("\\n"))));
    child.on("close", (code) => (code === 0 ? resolve(lines) : reject(new RunnerError(code, lines.join("\\n")))));
  });
`,
  );
  return { runs: () => (existsSync(log) ? readFileSync(log, "utf8").trim().split("\n") : []) };
}
