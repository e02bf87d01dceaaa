/**
 * Filters, and three courtesies: a link opens what it leads to, also when a filter hides it; paper has everything open
 * that needs attention in browsers that cannot do that by style; all can be opened and closed at once. It only sets
 * `hidden`, `open` and text, so nothing of the report can become markup.
 */
export const VERIFY_SCRIPT = `
"use strict";
(() => {
  const byId = (id) => document.getElementById(id);
  const form = byId("filters");
  const rows = [...document.querySelectorAll("#controls .rows > li")].map((row) => ({
    row,
    details: row.querySelector("details"),
    text: row.textContent.toLowerCase(),
    frameworks: row.dataset.frameworks.split(" "),
  }));
  const families = [...document.querySelectorAll("#controls .family")];
  const boxes = [...form.querySelectorAll("input[type=checkbox]")];

  const apply = () => {
    const words = byId("words").value.toLowerCase().split(/\\s+/).filter((word) => word !== "");
    const verdicts = boxes.filter((box) => box.checked).map((box) => box.value);
    const framework = byId("framework").value;
    const persona = byId("persona").value;
    let shown = 0;
    for (const { row, text, frameworks } of rows) {
      const fits =
        words.every((word) => text.includes(word)) &&
        (verdicts.length === 0 || verdicts.includes(row.dataset.verdict)) &&
        (framework === "" || frameworks.includes(framework)) &&
        (persona === "" || row.dataset.persona === persona);
      row.hidden = !fits;
      if (fits) shown += 1;
    }
    for (const family of families)
      family.hidden = [...family.querySelectorAll(".rows > li")].every((row) => row.hidden);
    const isFiltered = words.length + verdicts.length > 0 || framework !== "" || persona !== "";
    byId("show-all").hidden = !isFiltered;
    byId("shown").textContent = isFiltered
      ? shown + " of " + rows.length + " controls shown"
      : "All " + rows.length + " controls shown";
  };
  const everything = () => {
    form.reset();
    apply();
  };
  const openShown = (open) => {
    for (const { row, details } of rows) if (!row.hidden) details.open = open;
  };
  const follow = () => {
    const name = decodeURIComponent(location.hash.slice(1));
    const target = name === "" ? null : byId(name);
    const details = target === null ? null : target.closest("#controls details");
    if (details === null) return;
    if (details.closest("[hidden]") !== null) everything();
    details.open = true;
    details.querySelector("summary").focus({ preventScroll: true });
    details.scrollIntoView({ block: "start" });
  };

  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("input", apply);
  byId("show-all").addEventListener("click", () => {
    everything();
    byId("words").focus();
  });
  byId("open-all").addEventListener("click", () => openShown(true));
  byId("close-all").addEventListener("click", () => openShown(false));
  window.addEventListener("hashchange", follow);

  let opened = [];
  window.addEventListener("beforeprint", () => {
    opened = [...document.querySelectorAll("details.on-paper:not([open])")];
    for (const details of opened) details.open = true;
  });
  window.addEventListener("afterprint", () => {
    for (const details of opened) details.open = false;
  });

  form.hidden = false;
  apply();
  follow();
})();
`;
