import { checkWidgetName } from "./references.ts";
import { type RuleContext, reportAt } from "./rules.ts";

/** The portal: its widget, and what must not stand open in production. */
export function checkPortal(context: RuleContext): void {
  const { portal, stage } = context.spec;
  if (portal === undefined) return;
  checkWidgetName(context, ["portal", "widget"], portal.widget);
  if (portal.signIn?.provider === "b2c" && portal.signIn.policy === undefined)
    reportAt(context, ["portal", "signIn", "provider"], {
      code: "PSC-E082",
      message: "Azure AD B2C signs in by a user flow, and none is named",
      remedy: "add `policy`, the name of the sign-up and sign-in user flow, such as B2C_1_susi",
    });
  if (stage === "prod" && portal.visibility === "public" && !portal.firewall)
    reportAt(context, ["portal", "firewall"], {
      code: "PSC-W122",
      message: "the production portal is public without the web application firewall",
      remedy: "leave `firewall` out, or set it to true",
    });
  if (portal.openRegistration && portal.signIn === undefined)
    reportAt(context, ["portal", "openRegistration"], {
      code: "PSC-W123",
      message: "anybody may register, and no identity provider says who that is",
      remedy: "declare `signIn`, or leave `openRegistration` out",
    });
}
