import type { CommandEntry } from "./definition.ts";

/** Every command, in the order of the help. */
export const COMMANDS: readonly CommandEntry[] = [
  {
    name: "init",
    summary: "write a first spec into a folder",
    load: async () => (await import("./commands/init.ts")).init,
  },
  {
    name: "validate",
    summary: "check spec files without sending a request",
    load: async () => (await import("./commands/validate.ts")).validate,
  },
  {
    name: "plan",
    summary: "show what deploy would do; writes nothing",
    load: async () => (await import("./commands/plan.ts")).plan,
  },
  {
    name: "deploy",
    summary: "make the tenant what the spec says",
    load: async () => (await import("./commands/deploy.ts")).deploy,
  },
  {
    name: "verify",
    summary: "prove that the tenant is what the spec says; writes nothing",
    load: async () => (await import("./commands/verify.ts")).verify,
  },
  {
    name: "diff",
    summary: "compare two environments: their specs, or what is there",
    load: async () => (await import("./commands/diff.ts")).diff,
  },
  {
    name: "verify-bundle",
    summary: "tell whether an evidence bundle was altered, and who signed it",
    load: async () => (await import("./commands/verify-bundle.ts")).verifyBundle,
  },
  {
    name: "smoke",
    summary: "talk to the deployed chat widget as a patient would",
    load: async () => (await import("./commands/smoke.ts")).smoke,
  },
  {
    name: "smoke-patient",
    summary: "play the patient",
    hidden: true,
    load: async () => (await import("./commands/smoke-patient.ts")).smokePatient,
  },
  {
    name: "status",
    summary: "tell how the last deploy ended and what it waits for; offline",
    load: async () => (await import("./commands/status.ts")).status,
  },
  {
    name: "runbook",
    summary: "write the hand-over sheet: who does what, after whom; offline",
    load: async () => (await import("./commands/runbook.ts")).runbook,
  },
  {
    name: "destroy",
    summary: "delete what psc made for an environment, and nothing else",
    load: async () => (await import("./commands/destroy.ts")).destroy,
  },
  {
    name: "rotate",
    summary: "renew the application's client secret, in the key vault",
    load: async () => (await import("./commands/rotate.ts")).rotate,
  },
  {
    name: "unlock",
    summary: "tell who deploys an environment; remove a dead lock",
    load: async () => (await import("./commands/unlock.ts")).unlock,
  },
  {
    name: "gate",
    summary: "what only a person can do: list, explain, confirm",
    description:
      "A gate is a step that has no public API: a person does it in a portal. psc says who, where and how, and sees or is told when it is done.",
    commands: [
      {
        name: "list",
        summary: "open gates by persona, and who passed the others",
        load: async () => (await import("./commands/gate-list.ts")).gateList,
      },
      {
        name: "show",
        summary: "the instructions of one gate",
        load: async () => (await import("./commands/gate-show.ts")).gateShow,
      },
      {
        name: "confirm",
        summary: "record that a gate was passed, by whom and with which value",
        load: async () => (await import("./commands/gate-confirm.ts")).gateConfirm,
      },
    ],
  },
  {
    name: "solution",
    summary: "Dataverse solutions of your own: export them to files",
    description:
      "Solutions are imported by `psc deploy` (`ownSolutions`). These commands bring them from the environment they are made in to a file.",
    commands: [
      {
        name: "export",
        summary: "write a solution of an environment to a ZIP file",
        load: async () => (await import("./commands/solution-export.ts")).solutionExport,
      },
    ],
  },
  {
    name: "sandbox",
    summary: "the fake cloud: start, stop, look inside, play the person",
    description:
      "The sandbox answers for Entra, Azure, Power Platform, Dataverse and the Health Bot over real HTTP. Any command with --sandbox starts it by itself; these commands are for keeping it running, looking inside and playing the person.",
    commands: [
      {
        name: "start",
        summary: "keep a sandbox running in the background",
        load: async () => (await import("./commands/sandbox-start.ts")).sandboxStart,
      },
      {
        name: "stop",
        summary: "stop the running sandbox; its tenant is kept",
        load: async () => (await import("./commands/sandbox-stop.ts")).sandboxStop,
      },
      {
        name: "reset",
        summary: "forget the sandbox's tenant and start from nothing",
        load: async () => (await import("./commands/sandbox-reset.ts")).sandboxReset,
      },
      {
        name: "log",
        summary: "every request the sandbox answered",
        load: async () => (await import("./commands/sandbox-log.ts")).sandboxLog,
      },
      {
        name: "state",
        summary: "what the sandbox's tenant holds",
        load: async () => (await import("./commands/sandbox-state.ts")).sandboxState,
      },
      {
        name: "person",
        summary: "do in the sandbox what a gate asks of a person",
        load: async () => (await import("./commands/sandbox-person.ts")).sandboxPerson,
      },
      {
        name: "clock",
        summary: "show, pause, speed up or move the sandbox's time",
        load: async () => (await import("./commands/sandbox-clock.ts")).sandboxClock,
      },
      {
        name: "snapshot",
        summary: "keep the sandbox's tenant under a name",
        load: async () => (await import("./commands/sandbox-snapshot.ts")).sandboxSnapshot,
      },
      {
        name: "restore",
        summary: "put the sandbox's tenant back to a snapshot",
        load: async () => (await import("./commands/sandbox-restore.ts")).sandboxRestore,
      },
      {
        name: "url",
        summary: "address of the running sandbox",
        load: async () => (await import("./commands/sandbox-url.ts")).sandboxUrl,
      },
      {
        name: "env",
        summary: "what other clients need to reach the sandbox",
        load: async () => (await import("./commands/sandbox-env.ts")).sandboxEnv,
      },
      {
        name: "serve",
        summary: "run a sandbox in the foreground",
        hidden: true,
        load: async () => (await import("./commands/sandbox-serve.ts")).sandboxServe,
      },
    ],
  },
  {
    name: "schema",
    summary: "print the JSON Schema of the spec, of a manifest or of controls",
    load: async () => (await import("./commands/schema.ts")).schema,
  },
  {
    name: "explain",
    summary: "explain an error code, a control, a resource kind or a topic",
    load: async () => (await import("./commands/explain.ts")).explain,
  },
];
