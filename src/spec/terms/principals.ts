import type { PrincipalRef } from "../model.ts";

export const USER_PRINCIPAL_NAME = /^[^\s@/]+@[^\s@/]+\.[^\s@/.]+$/;

/** `group/KEY`, `user/NAME@DOMAIN` or `bot`, or undefined. */
export function parsePrincipal(text: string): PrincipalRef | undefined {
  if (text === "bot") return { kind: "bot" };
  const group = /^group\/(\S+)$/.exec(text)?.[1];
  if (group !== undefined) return { kind: "group", group };
  const user = /^user\/(\S+)$/.exec(text)?.[1];
  if (user !== undefined && USER_PRINCIPAL_NAME.test(user)) return { kind: "user", userPrincipalName: user };
  return undefined;
}

/** The way a spec writes a principal. */
export function formatPrincipal(principal: PrincipalRef): string {
  switch (principal.kind) {
    case "bot":
      return "bot";
    case "group":
      return `group/${principal.group}`;
    case "user":
      return `user/${principal.userPrincipalName}`;
  }
}
