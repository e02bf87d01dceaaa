import { PscError } from "../../errors.ts";

/** More pages than any collection psc reads can have. */
export const MAX_PAGES = 2_000;

/** Characters of all pages together: twice what one answer may have. */
const MAX_CHARACTERS = 128 * 1024 * 1024;

/**
 * Watches the links of a paged collection: a server that hands out the same link twice, or never stops, would keep psc
 * reading for ever.
 * @returns a function to call with each link before it is followed, and the size of the page it stands on.
 * @throws PscError PSC-E219 from that function.
 */
export function createPageGuard(): (link: string, characters: number) => void {
  const seen = new Set<string>();
  let read = 0;
  return (link, characters) => {
    read += characters;
    if (seen.has(link) || seen.size >= MAX_PAGES || read > MAX_CHARACTERS) {
      throw new PscError({
        code: "PSC-E219",
        message: `${URL.canParse(link) ? new URL(link).host : "a server"} hands out pages without end`,
        remedy: "run the same command again; if it lasts, report it to Microsoft support",
        side: "service",
      });
    }
    seen.add(link);
  };
}
