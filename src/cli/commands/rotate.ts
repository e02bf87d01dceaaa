import { type CommandDefinition, TENANT_OPTIONS } from "../definition.ts";
import { EXIT } from "../exit-codes.ts";
import { symbolOf } from "../render/rows.ts";
import { withSession } from "../run-session.ts";
import { styled } from "../styles.ts";
import { usageError } from "../usage.ts";

export const rotate: CommandDefinition = {
  description:
    "Makes a new client secret for the environment's application and keeps it in the key vault that `identity.application.secret` names; nobody sees its value. The earlier one stays valid until it expires, so that whoever reads the vault has time; --revoke ends it now. Deploy does the same by itself when the secret is about to expire. Exit code: 0 done, 1 it failed.",
  arguments: [{ name: "file", summary: "the environment's spec", required: true }],
  options: [
    { flags: "--revoke", summary: "the earlier secrets that psc made end now" },
    { flags: "--yes", summary: "with --revoke: also in production" },
    ...TENANT_OPTIONS,
  ],
  examples: [
    { command: "rotate prod.yaml", effect: "a new secret in the vault; the old one still works" },
    { command: "rotate prod.yaml --revoke --yes", effect: "after a leak: only the new one works" },
  ],
  run: (invocation) =>
    withSession(invocation, { readOnly: false }, async ({ loaded: { spec }, session }) => {
      const { terminal, options } = invocation;
      const revokeEarlier = options.flag("revoke");
      if (revokeEarlier && spec.stage === "prod" && !options.flag("yes"))
        throw usageError(
          `"${spec.name}" is production, and whoever still uses the earlier secret is locked out`,
          "add --yes when everybody reads the secret from the vault",
        );
      const { rotateClientSecret } = await import("../../rotation.ts");
      const { vault, name, application, before, after } = await rotateClientSecret(session, {
        revokeEarlier,
        onEvent: (event) => {
          if (event.type === "waiting") terminal.say(styled("dim", `   waiting for ${event.what}`));
        },
      });
      terminal.json({
        format: "psc.rotation/1",
        environment: spec.name,
        application,
        vault,
        secret: name,
        keyId: after.keyId,
        expires: after.expires,
        stillValid: after.earlier,
      });
      const day = (time: string): string => time.slice(0, 10);
      terminal.print(
        `${symbolOf("done")} a new client secret of "${application}" is in ${vault}/${name}, valid until ${day(after.expires)}`,
      );
      if (before !== undefined)
        terminal.print(
          revokeEarlier
            ? "  the earlier one does not work any more"
            : `  the earlier one still works until ${day(before.expires)}; --revoke ends it now`,
        );
      return EXIT.done;
    }),
};
