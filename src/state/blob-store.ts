import { isServiceError, PscError } from "../errors.ts";
import type { Http, HttpRequest, HttpResponse } from "../services/http/types.ts";

/** A folder of blobs in a container: `https://ACCOUNT.blob.core.windows.net/CONTAINER/PREFIX`. */
export interface BlobStore {
  readonly url: string;
  /** Undefined when the blob does not exist. */
  read(name: string): Promise<string | undefined>;
  /** Names below a prefix, relative to the store. */
  list(prefix: string): Promise<readonly string[]>;
  /** Writes a whole blob; under a lease only its holder may. */
  write(name: string, text: string, leaseId?: string): Promise<void>;
  /** Makes an empty blob that is there to be leased; leaves one that exists as it is. */
  ensure(name: string): Promise<void>;
  /** Adds text to the end of an append blob, which is made when it does not exist. Never tears a text in two. */
  append(name: string, text: string): Promise<void>;
  /** False when somebody else holds it. */
  acquireLease(name: string, leaseId: string, seconds: number): Promise<boolean>;
  /** False when it is not this one's any more. */
  renewLease(name: string, leaseId: string): Promise<boolean>;
  releaseLease(name: string, leaseId: string): Promise<void>;
  /** Nobody can renew it, and nobody can have it before its time is over. */
  breakLease(name: string): Promise<void>;
  isLeased(name: string): Promise<boolean>;
}

/** Published and understood by every storage account; newer ones add nothing that psc needs. */
const VERSION = "2023-11-03";

/** @throws PscError PSC-E101 when the address is none of a container in Blob Storage of the cloud. */
export function checkStateUrl(text: string, blobSuffix: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const segments = url?.pathname.split("/").filter(Boolean) ?? [];
  if (
    url !== undefined &&
    url.protocol === "https:" &&
    url.hostname.endsWith(blobSuffix) &&
    segments.length > 0 &&
    url.search === "" &&
    url.username === ""
  )
    return url;
  throw new PscError({
    code: "PSC-E101",
    message: `--state cannot be "${url === undefined ? text : `${url.origin}${url.pathname}`}"`,
    remedy: `give a container, and a folder in it if you like: https://ACCOUNT${blobSuffix}/CONTAINER/FOLDER; psc signs in to it, so leave keys and signatures out`,
    side: "user",
  });
}

function decoded(xml: string): string {
  return xml
    .replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">")
    .replaceAll("&quot;", '"')
    .replaceAll("&amp;", "&");
}

/**
 * Blob Storage by its REST API ("Put Blob", "Append Block", "Lease Blob", "List Blobs", Azure Storage REST; the role
 * Storage Blob Data Contributor on the container is enough).
 */
export function createBlobStore(http: Http, url: URL): BlobStore {
  const [container = "", ...folders] = url.pathname.split("/").filter(Boolean);
  const prefix = folders.map((folder) => `${folder}/`).join("");
  const root = `${url.origin}/${container}`;
  const at = (name: string, query = ""): string =>
    `${root}/${`${prefix}${name}`.split("/").map(encodeURIComponent).join("/")}${query}`;

  async function send(
    method: HttpRequest["method"],
    target: string,
    headers: Readonly<Record<string, string>>,
    rest: Partial<HttpRequest> = {},
  ): Promise<HttpResponse> {
    try {
      return await http.send({
        method,
        url: target,
        headers: {
          "x-ms-version": VERSION,
          "x-ms-date": new Date().toUTCString(),
          ...(rest.body === undefined ? {} : { "content-type": "application/octet-stream" }),
          ...headers,
        },
        ...rest,
      });
    } catch (error) {
      if (isServiceError(error, 404) && error.refusal.serviceCode === "ContainerNotFound")
        throw new PscError({
          code: "PSC-E145",
          message: `the container of --state does not exist: ${root}`,
          remedy: "make it in the storage account, private, and run the same command again",
          side: "user",
          cause: error,
        });
      throw error;
    }
  }

  const lease = (name: string, action: string, headers: Record<string, string>, expect: number[]) =>
    send("PUT", at(name, "?comp=lease"), { "x-ms-lease-action": action, ...headers }, { expect });

  async function isMissing(name: string): Promise<boolean> {
    const { status } = await send("HEAD", at(name), {}, { expect: [404] });
    return status === 404;
  }

  const store: BlobStore = {
    url: `${root}/${prefix}`,
    async read(name) {
      const response = await send("GET", at(name), {}, { expect: [404] });
      return response.status === 404 ? undefined : response.text;
    },
    async list(below) {
      const names: string[] = [];
      let marker = "";
      do {
        const query = `?restype=container&comp=list&prefix=${encodeURIComponent(`${prefix}${below}`)}${marker === "" ? "" : `&marker=${encodeURIComponent(marker)}`}`;
        const { text } = await send("GET", `${root}${query}`, {});
        for (const [, name = ""] of text.matchAll(/<Name>([^<]*)<\/Name>/g))
          names.push(decoded(name).slice(prefix.length));
        marker = decoded(/<NextMarker>([^<]*)<\/NextMarker>/.exec(text)?.[1] ?? "");
      } while (marker !== "");
      return names;
    },
    async write(name, text, leaseId) {
      await send(
        "PUT",
        at(name),
        { "x-ms-blob-type": "BlockBlob", ...(leaseId === undefined ? {} : { "x-ms-lease-id": leaseId }) },
        { body: text },
      );
    },
    async ensure(name) {
      if (!(await isMissing(name))) return;
      await send(
        "PUT",
        at(name),
        { "x-ms-blob-type": "BlockBlob", "if-none-match": "*" },
        { body: "{}", expect: [409, 412] },
      );
    },
    async append(name, text) {
      for (let attempt = 1; ; attempt += 1) {
        const { status } = await send(
          "PUT",
          at(name, "?comp=appendblock"),
          {},
          // A text that is there twice does no harm: lines are facts, and read as such.
          { body: text, expect: [404], repeatable: true },
        );
        if (status !== 404) return;
        if (attempt > 2) throw new Error(`${name} cannot be made`);
        await send(
          "PUT",
          at(name),
          { "x-ms-blob-type": "AppendBlob", "if-none-match": "*" },
          { body: "", expect: [409, 412] },
        );
      }
    },
    async acquireLease(name, leaseId, seconds) {
      const headers = { "x-ms-lease-duration": String(seconds), "x-ms-proposed-lease-id": leaseId };
      // Asking twice with the same id is one acquisition, so a lost answer may be asked for again.
      return (await lease(name, "acquire", headers, [409])).status !== 409;
    },
    async renewLease(name, leaseId) {
      return (await lease(name, "renew", { "x-ms-lease-id": leaseId }, [404, 409, 412])).status < 300;
    },
    async releaseLease(name, leaseId) {
      await lease(name, "release", { "x-ms-lease-id": leaseId }, [404, 409, 412]);
    },
    async breakLease(name) {
      await lease(name, "break", {}, [404, 409]);
    },
    async isLeased(name) {
      const { status, header } = await send("HEAD", at(name), {}, { expect: [404] });
      return status !== 404 && ["leased", "breaking"].includes(header("x-ms-lease-state") ?? "");
    },
  };
  return store;
}
