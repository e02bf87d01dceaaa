import type { SandboxRequest } from "../exchange.ts";

export interface SentFile {
  readonly name: string;
  /** base64 */
  readonly content: string;
}

/** The `file` parts of a multipart/form-data body (RFC 7578); none when it is something else. */
export function filesInForm(request: SandboxRequest): SentFile[] {
  const boundary = /^multipart\/form-data;.*boundary="?([^";]+)"?/i.exec(
    request.headers["content-type"] ?? "",
  )?.[1];
  if (boundary === undefined) return [];
  return request.text.split(`--${boundary}`).flatMap((section) => {
    const gap = section.indexOf("\r\n\r\n");
    if (gap < 0) return [];
    const head = section.slice(0, gap);
    const isFile = /content-disposition:[^\r\n]*;\s*name="file"/i.test(head);
    const name = /;\s*filename="([^"]*)"/i.exec(head)?.[1];
    if (!isFile || name === undefined) return [];
    const content = section.slice(gap + 4).replace(/\r\n$/, "");
    return [{ name, content: Buffer.from(content, "utf8").toString("base64") }];
  });
}
