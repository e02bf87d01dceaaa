import type { JsonObject, SandboxResponse } from "../../exchange.ts";
import { requireRow } from "../addressing.ts";
import { dataverseError } from "../errors.ts";
import { requirePrivilege } from "../privileges.ts";
import { presentSingle } from "../retrieval.ts";
import { changeRow, findRowBy, insertRow, rowsOf, setColumns, tableOf, textOf } from "../rows.ts";
import type { Session } from "../session.ts";
import type { Row } from "../state.ts";
import type { Plugin } from "./plugin.ts";

/**
 * Knowledge articles: a root row as the container of the versions, version numbers, and one published version at a
 * time ("Work with knowledge articles", Dataverse developer guide; CreateKnowledgeArticleVersion action).
 */

const TABLE = "knowledgearticle";
const DRAFT = { statecode: 0, statuscode: 2 } as const;
const PUBLISHED = 3;
const ARCHIVED = { statecode: 5, statuscode: 12 } as const;

/** What a version inherits from the one it is made of. */
const COPIED = [
  "title",
  "content",
  "keywords",
  "description",
  "isinternal",
  "articlepublicnumber",
  "_languagelocaleid_value",
  "_rootarticleid_value",
  "isprimary",
] as const;

function isRoot(row: Row): boolean {
  return row["isrootarticle"] === true;
}

function publicNumber(session: Session): string {
  const roots = rowsOf(session.organization, TABLE).filter(isRoot).length;
  return `KA-${String(1001 + roots).padStart(5, "0")}`;
}

export const knowledgeArticlePlugin: Plugin = {
  afterCreate(session, article) {
    if (isRoot(article)) return;
    const number = textOf(article, "articlepublicnumber") || publicNumber(session);
    const base = findRowBy(session.organization, "languagelocale", {
      localeid: session.organization.baseLanguage,
    });
    const language = article["_languagelocaleid_value"] ?? base?.["languagelocaleid"] ?? null;
    const root = insertRow(session, TABLE, {
      title: article["title"] ?? null,
      articlepublicnumber: number,
      isrootarticle: true,
      islatestversion: false,
      ...DRAFT,
    });
    setColumns(session, tableOf(session, TABLE), article, {
      articlepublicnumber: number,
      _languagelocaleid_value: language,
      _rootarticleid_value: textOf(root, "knowledgearticleid"),
      isrootarticle: false,
      isprimary: true,
      islatestversion: true,
      majorversionnumber: 1,
      minorversionnumber: 0,
      statuscode: article["statuscode"] ?? DRAFT.statuscode,
    });
  },
  afterUpdate(session, article, changes) {
    if (changes["statecode"] !== PUBLISHED) return;
    const table = tableOf(session, TABLE);
    for (const other of rowsOf(session.organization, TABLE)) {
      const isVersion =
        other["_rootarticleid_value"] === article["_rootarticleid_value"] &&
        other["_languagelocaleid_value"] === article["_languagelocaleid_value"];
      if (isVersion && other !== article && other["statecode"] === PUBLISHED)
        changeRow(session, table, other, ARCHIVED);
    }
  },
};

/** A version in draft, made of `Source`; it is the latest from now on. */
export function createKnowledgeArticleVersion(session: Session, body: JsonObject): SandboxResponse {
  const table = tableOf(session, TABLE);
  requirePrivilege(session, "Create", table);
  requirePrivilege(session, "Read", table);
  const source = body["Source"];
  const isMajor = body["IsMajor"];
  const id =
    typeof source === "object" && source !== null && !Array.isArray(source)
      ? source["knowledgearticleid"]
      : undefined;
  if (typeof id !== "string" || typeof isMajor !== "boolean")
    throw dataverseError(400, "0x80040203", "Invalid argument.");
  const before = requireRow(session, table, { kind: "id", id });
  const version = insertRow(session, TABLE, {
    ...Object.fromEntries(COPIED.map((column) => [column, before[column] ?? null])),
    isrootarticle: false,
    islatestversion: true,
    majorversionnumber: Number(before["majorversionnumber"] ?? 1) + (isMajor ? 1 : 0),
    minorversionnumber: isMajor ? 0 : Number(before["minorversionnumber"] ?? 0) + 1,
    _previousarticlecontentid_value: id,
    ...DRAFT,
  });
  setColumns(session, table, before, { islatestversion: false });
  return {
    status: 200,
    body: presentSingle(session, table, version, { select: undefined, expand: [] }),
  };
}
