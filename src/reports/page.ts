import { createHash } from "node:crypto";
import { html, type Markup, verbatim } from "./markup.ts";

export interface PageParts {
  readonly title: string;
  readonly style: string;
  /** Makes the page handier; whatever it says has to be readable without. */
  readonly script?: string;
  /** Everything in the body. */
  readonly content: Markup;
}

/** CSP names what is written in the page by its hash (W3C CSP Level 3, 2.3.1); nothing else is run, applied or loaded. */
function sourceOf(text: string): string {
  return `'sha256-${createHash("sha256").update(text).digest("base64")}'`;
}

/** One file that stands by itself: it loads nothing, sends nothing and may be opened from an archive or an e-mail. */
export function page({ title, style, script, content }: PageParts): string {
  const policy = [
    "default-src 'none'",
    `style-src ${sourceOf(style)}`,
    ...(script === undefined ? [] : [`script-src ${sourceOf(script)}`]),
    "base-uri 'none'",
    "form-action 'none'",
  ].join("; ");
  return `${
    html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>${title}</title>
<style>${verbatim(style)}</style>
</head>
<body>
${content}
${script === undefined ? null : html`<script>${verbatim(script)}</script>`}
</body>
</html>`.markup
  }\n`;
}
