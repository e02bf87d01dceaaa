import type { VerifyResult } from "../controls/result.ts";

/** Formats of `psc verify --report FORMAT=FILE`. */
export const REPORT_FORMATS = ["json", "html", "junit", "sarif", "oscal", "markdown", "csv"] as const;
export type ReportFormat = (typeof REPORT_FORMATS)[number];

export interface ReportContext {
  /** An earlier result to compare with. */
  readonly baseline?: VerifyResult;
}

/** Writers are loaded when they are asked for: most runs want one or none. */
export const WRITERS: Readonly<
  Record<ReportFormat, () => Promise<(result: VerifyResult, context: ReportContext) => string>>
> = {
  json: async () => {
    const [{ jsonReport }, { trendOf }] = await Promise.all([
      import("./json.ts"),
      import("../controls/trend.ts"),
    ]);
    return (result, { baseline }) =>
      jsonReport(baseline === undefined ? result : { ...result, changes: trendOf(result, baseline) });
  },
  html: async () => (await import("./verify-html.ts")).verifyHtml,
  junit: async () => (await import("./junit.ts")).junitReport,
  sarif: async () => (await import("./sarif.ts")).sarifReport,
  oscal: async () => (await import("./oscal.ts")).oscalReport,
  markdown: async () => (await import("./verify-markdown.ts")).verifyMarkdown,
  csv: async () => (await import("./csv.ts")).csvReport,
};
