import type { ServiceName } from "../../src/cloud.ts";
import { LIMITS } from "../../src/services/http/budget.ts";
import { titleOf } from "../../src/services/http/failures.ts";
import { type Meaning, RETRY_RULES } from "../../src/services/http/retry-table.ts";

const ACTIONS: Readonly<Record<Meaning, string>> = {
  "nothing was done": "anything again",
  unclear: "again what is safe to repeat; anything else is looked for first",
  final: "never",
};

function limitRow([service, limits]: [string, (typeof LIMITS)[ServiceName]]): string {
  const { window } = limits;
  const documented =
    window === undefined
      ? ""
      : `${window.requests.toLocaleString("en")} requests and ${window.busyMs / 60_000} min of execution in ${window.ms / 60_000} min`;
  return `| ${titleOf(service as ServiceName)} | ${limits.concurrent} | ${documented} | ${limits.source} |`;
}

export function files(): Readonly<Record<string, string>> {
  const rules = RETRY_RULES.map(
    ({ status, meaning, withRetryAfter, because }) =>
      `| ${status} | ${ACTIONS[meaning]}${withRetryAfter === undefined ? "" : `; with \`Retry-After\`: ${ACTIONS[withRetryAfter]}`} | ${because} |`,
  );
  return {
    "docs/throttling.md": `<!-- Generated from src/services/http by \`npm run generate\`. -->

# How psc asks, waits and tries again

Every request of psc goes through one pipeline (\`src/services/http\`). It keeps a budget for each host, reads what the services say about their limits, and tries again only what a second try can mend.

## Reads go together

Reads that are asked for at the same moment go to Microsoft Graph in batches of up to 20 and to Dataverse in batches of up to 100; a part that was not answered as it should be is asked for again on its own. While a look at a tenant lasts, nothing is read twice. A read that needs to know something else first is suspended until that is known, so that everything independent is asked for together. \`npm run bench:plan\` measures it.

## What may run at once

| service | at once | documented limit, of which psc takes at most nine tenths | why |
|---|---|---|---|
${Object.entries(LIMITS).map(limitRow).join("\n")}

- A 429 halves what runs at once on that host; every good answer lets it grow a little again, up to the number above, or up to Dataverse's \`x-ms-dop-hint\` (20 at most).
- When a service says that little is left (\`x-ms-ratelimit-remaining-…\` below 10, \`x-ms-throttle-limit-percentage\` of 0.8 or more), requests go one by one until it says otherwise.
- Whoever is told to wait makes everybody wait who asks the same host: nothing more is sent there until the time is over. Hosts count separately, so that two organisations do not slow each other down.

## What is tried again

\`Retry-After\` is understood as seconds, fractions of seconds, \`HH:MM:SS\`, a date, and as \`retry-after-ms\`; psc waits a little longer than told, by chance. Without it the pause grows from one second to 30, half of it by chance. A server that asks for more than a quarter of an hour is not waited for. After six tries the answer counts.

| status | sent again | because |
|---|---|---|
${rules.join("\n")}

Every other status is final. A 401 is tried once more with a fresh token. A connection that could not be made is tried three times; one that broke after the request was sent is tried again only where repeating is safe: otherwise psc looks for what the request would have made.

## When a service is out of order

A host that failed twelve times in a row over at least 90 seconds is left alone for a minute (\`PSC-E220\`): what needs it fails at once, everything else goes on. After the minute one request tries whether it is back.
`,
  };
}
