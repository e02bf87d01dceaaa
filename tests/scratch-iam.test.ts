import { it } from "vitest";
import { openWorkplace } from "./acceptance/support.ts";

it("full", async () => {
  const place = await openWorkplace();
  const d = await place.psc("deploy full.yaml");
  if (d.code !== 0) console.log(d.stdout.slice(-3000), d.stderr);
  const mark = await place.mark();
  const v = await place.psc("verify full.yaml --output json");
  if (v.stdout === "") {
    console.log(v.stderr);
    return;
  }
  const r = v.json as any;
  for (const c of r.controls)
    if (c.origin === "product" || !["pass", "not-applicable"].includes(c.verdict))
      console.log(c.id, c.verdict, c.reason, c.evidence.join(","));
  console.log(
    (await place.requests(mark))
      .map((q: any) => `${q.method} ${decodeURIComponent(q.url).slice(0, 170)} ${q.status}`)
      .join("\n"),
  );
  await place.close();
}, 120000);
