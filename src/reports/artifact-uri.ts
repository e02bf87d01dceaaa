import { posix } from "node:path";
import { pathToFileURL } from "node:url";

/** One segment of a path as a URI has it (RFC 3986 §3.3). */
function segment(text: string): string {
  return encodeURIComponent(text.toWellFormed()).replace(
    /[!'()*]/g,
    (mark) => `%${mark.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

/**
 * A file as SARIF and OSCAL name it: relative to the folder psc ran in, or whole where the person named a whole path.
 * Both slashes are understood, so that a report made on Windows reads the same.
 */
export function artifactUri(file: string): { readonly uri: string; readonly uriBaseId?: "%SRCROOT%" } {
  const drive = /^[A-Za-z]:[\\/]/.test(file);
  if (drive)
    return {
      uri: `file:///${file
        .split(/[\\/]/)
        .map((part, at) => (at === 0 ? part : segment(part)))
        .join("/")}`,
    };
  if (file.startsWith("/")) return { uri: pathToFileURL(file.toWellFormed()).href };
  const path = posix.normalize(file.replaceAll("\\", "/"));
  return { uri: path.split("/").map(segment).join("/"), uriBaseId: "%SRCROOT%" };
}
