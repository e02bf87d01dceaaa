import { environmentFolder } from "../../engine/journal.ts";
import { isHolderAlive, type LockHolder, readLock, removeLock } from "../../engine/lock.ts";
import { PscError } from "../../errors.ts";
import { type CommandDefinition, type Invocation, TENANT_OPTIONS } from "../definition.ts";
import { EXIT, type ExitCode } from "../exit-codes.ts";
import { symbolOf } from "../render/rows.ts";
import { withSession } from "../run-session.ts";
import { loadFile } from "../spec-file.ts";

function describe({ pid, host, identity, since }: LockHolder): string {
  return `process ${pid} on ${host}, signed in as ${identity}, since ${since}`;
}

/** With a shared state the lock is a lease, which ends by itself within a minute when its holder is gone. */
async function unlockShared(invocation: Invocation): Promise<ExitCode> {
  const { terminal, options } = invocation;
  return withSession(invocation, { readOnly: true }, async ({ session }) => {
    const { shared, spec } = session;
    if (shared === undefined) throw new Error("the state was not opened");
    const { lockBlob, readHolder } = await import("../../state/lease.ts");
    const holder = await readHolder(shared.store, spec.name);
    if (holder === undefined) {
      terminal.json({ format: "psc.unlock/1", environment: spec.name, holder: null, removed: false });
      terminal.print(`${symbolOf("done")} nobody holds the lease of ${spec.name}`);
      return EXIT.done;
    }
    if (!options.flag("force")) {
      throw new PscError({
        code: "PSC-E141",
        message: `the lease of ${spec.name} belongs to ${describe(holder)}, and is renewed: it runs, or ran within the last minute`,
        remedy:
          "wait for it, or stop it there; a lease that nobody renews ends within a minute; --force ends this one",
      });
    }
    await shared.store.breakLease(lockBlob(spec.name));
    terminal.json({ format: "psc.unlock/1", environment: spec.name, holder, removed: true });
    terminal.print(
      `${symbolOf("done")} broke the lease of ${spec.name}; it belonged to ${describe(holder)}, which stops writing; another deploy can begin within a minute`,
    );
    return EXIT.done;
  });
}

export const unlock: CommandDefinition = {
  description:
    "Says which deploy holds the lock of an environment, and removes the lock of one that is gone. A process that still runs here keeps it; one of another machine cannot be seen from here, so its lock needs --force.",
  arguments: [{ name: "file", summary: "the environment's spec", required: true }],
  options: [
    { flags: "--sandbox", summary: "the lock of the folder's sandbox, not of the real tenant" },
    ...TENANT_OPTIONS.filter(({ flags }) => flags.startsWith("--state")),
    { flags: "--force", summary: "remove it although the holder may still run" },
  ],
  examples: [
    { command: "unlock prod.yaml", effect: "who holds it; removed when that process is dead" },
    { command: "unlock prod.yaml --force", effect: "after making sure that the other machine is off" },
  ],
  async run(invocation) {
    const { terminal, options, cwd } = invocation;
    if (options.text("state") !== undefined || (invocation.env["PSC_STATE"] ?? "") !== "")
      return unlockShared(invocation);
    const { spec } = await loadFile(invocation, invocation.arguments[0] ?? "");
    const folder = environmentFolder(cwd, spec.name, options.flag("sandbox") ? "sandbox" : "tenant");
    const holder = readLock(folder);
    if (holder === undefined) {
      terminal.json({ format: "psc.unlock/1", environment: spec.name, holder: null, removed: false });
      terminal.print(`${symbolOf("done")} nobody holds the lock of ${spec.name}`);
      return EXIT.done;
    }
    if (isHolderAlive(holder) && !options.flag("force")) {
      throw new PscError({
        code: "PSC-E141",
        message: `the lock of ${spec.name} belongs to ${describe(holder)}, which may still run`,
        remedy: "wait for it, or stop it; when you are sure that it is gone, add --force",
      });
    }
    removeLock(folder);
    terminal.json({ format: "psc.unlock/1", environment: spec.name, holder, removed: true });
    terminal.print(
      `${symbolOf("done")} removed the lock of ${spec.name}; it belonged to ${describe(holder)}`,
    );
    return EXIT.done;
  },
};
