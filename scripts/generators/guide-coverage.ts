import type { KindInfo } from "../../src/engine/resource.ts";
import { KINDS } from "../../src/resources/kinds.ts";
import { CHAPTERS, GUIDE, type GuideLine } from "../texts/guide.ts";

const INTRODUCTION = `<!-- Made by \`npm run generate\` from scripts/texts/guide.ts and src/resources/; do not edit. -->
# What of Microsoft's guide psc does

Every step, consideration and recommendation of the implementation guide of Patient service center, and every feature that the chapters on the agent dashboard and intraday monitoring show. Each kind is also a control of \`psc verify\`: "is as declared". A gate is a person's move, because no public API does it.`;

function describe({ kind, nature, api }: KindInfo): string {
  const link = `[\`${kind}\`](kinds.md#${kind.replaceAll(".", "")})`;
  return nature === "gate"
    ? `${link}: **gate**, ${api}`
    : nature === "check"
      ? `${link}: **check**, ${api}`
      : `${link}: ${api}`;
}

function row({ says, spec, kinds, note }: GuideLine): string {
  const known = kinds.flatMap((name) => KINDS.filter(({ kind }) => kind === name));
  const paths = spec.map((path) => `\`${path}\``).join("<br>") || "by itself";
  const means = [...known.map(describe), ...(note === undefined ? [] : [note])].join("<br>");
  return `| ${says} | ${paths} | ${means} |`;
}

/** docs/guide-coverage.md from what the guide says and what the kinds are. */
export function files(): Record<string, string> {
  const sections = CHAPTERS.flatMap((chapter) => [
    `\n## ${chapter}\n`,
    "| the guide | spec | how |",
    "|---|---|---|",
    ...GUIDE.filter((line) => line.chapter === chapter).map(row),
  ]);
  return { "docs/guide-coverage.md": `${[INTRODUCTION, ...sections].join("\n")}\n` };
}
