import { marked } from "marked";

export interface MarkdownArticle {
  /** First heading of the first level; empty when there is none. */
  readonly title: string;
  /** HTML of everything else. */
  readonly html: string;
}

const TITLE = /^#[ \t]+(.+?)[ \t]*#*[ \t]*$/m;

/** A knowledge article as Dataverse keeps it, from Markdown (CommonMark with GitHub's tables). */
export function readMarkdownArticle(text: string): MarkdownArticle {
  const markdown = text.replace(/^\uFEFF/, "").replaceAll("\r\n", "\n");
  const title = TITLE.exec(markdown);
  const body = title === null ? markdown : markdown.replace(title[0], "");
  return { title: title?.[1] ?? "", html: marked.parse(body.trim(), { async: false }).trim() };
}
