import { randomUUID } from "node:crypto";

/** One answer inside a `multipart/mixed` batch answer. */
export interface PartAnswer {
  readonly status: number;
  readonly headers: ReadonlyMap<string, string>;
  readonly text: string;
}

const CRLF = "\r\n";

/** The body of a Dataverse `$batch` of reads, and its content type ("Execute batch operations using the Web API"). */
export function multipartOf(
  reads: readonly { readonly url: URL; readonly headers: Readonly<Record<string, string>> }[],
): { readonly contentType: string; readonly body: string } {
  const boundary = `batch_${randomUUID()}`;
  const parts = reads.map(({ url, headers }) =>
    [
      `--${boundary}`,
      "Content-Type: application/http",
      "Content-Transfer-Encoding: binary",
      "",
      `GET ${url.pathname}${url.search} HTTP/1.1`,
      ...Object.entries({ accept: "application/json", ...headers }).map(
        ([name, value]) => `${name}: ${value}`,
      ),
      "",
      "",
    ].join(CRLF),
  );
  return {
    contentType: `multipart/mixed; boundary="${boundary}"`,
    body: `${parts.join(CRLF)}${CRLF}--${boundary}--${CRLF}`,
  };
}

function headAndRest(text: string): readonly [head: readonly string[], rest: string] {
  const end = text.search(/\r?\n\r?\n/);
  if (end < 0) return [text.split(/\r?\n/), ""];
  return [text.slice(0, end).split(/\r?\n/), text.slice(end).replace(/^\r?\n\r?\n/, "")];
}

/** True when every part of a `$batch` is one GET without a body; change sets, and what cannot be read, are not. */
export function holdsOnlyGets(contentType: string | undefined, body: unknown): boolean {
  const boundary = /^multipart\/mixed;\s*boundary="?([\w-]+)"?$/i.exec(contentType ?? "")?.[1];
  if (boundary === undefined || typeof body !== "string") return false;
  const [before, ...pieces] = body.split(`--${boundary}`);
  const end = pieces.pop();
  if (before !== "" || end?.trim() !== "--" || pieces.length === 0) return false;
  return pieces.every((piece) => {
    const [envelope, http] = headAndRest(piece.replace(/^\r?\n/, ""));
    const [[line = ""], rest] = headAndRest(http);
    return (
      envelope.some((header) => /^content-type:\s*application\/http$/i.test(header)) &&
      /^GET \S+ HTTP\/1\.1$/.test(line) &&
      rest.trim() === ""
    );
  });
}

/** The answers of a batch in their order; undefined when the text is no such batch. */
export function answersOf(contentType: string | undefined, text: string): readonly PartAnswer[] | undefined {
  const boundary = /boundary="?([^";]+)"?/i.exec(contentType ?? "")?.[1];
  if (boundary === undefined) return undefined;
  const pieces = `\n${text}`.split(new RegExp(`\\r?\\n--${boundary.replace(/[^\w-]/g, "\\$&")}`));
  const answers: PartAnswer[] = [];
  for (const piece of pieces.slice(1, -1)) {
    const [, http] = headAndRest(piece.replace(/^\r?\n/, ""));
    const [[line = "", ...lines], body] = headAndRest(http);
    const status = /^HTTP\/1\.\d (\d{3})/.exec(line)?.[1];
    if (status === undefined) return undefined;
    const headers = new Map(
      lines.map((header): [string, string] => {
        const colon = header.indexOf(":");
        return [header.slice(0, colon).trim().toLowerCase(), header.slice(colon + 1).trim()];
      }),
    );
    answers.push({ status: Number(status), headers, text: body.replace(/\r?\n$/, "") });
  }
  return answers;
}
