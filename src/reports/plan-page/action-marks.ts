import type { ActionName } from "../../engine/plan.ts";
import type { Drawing } from "../sign.ts";

/** In the order of a plan's summary. */
export const SHOWN_ACTIONS: readonly ActionName[] = [
  "gate",
  "delete",
  "replace",
  "update",
  "create",
  "adopt",
  "wait",
  "none",
];

export const ACTION_WORDS: Readonly<Record<ActionName, string>> = {
  create: "create",
  update: "change",
  replace: "replace",
  delete: "delete",
  adopt: "adopt",
  wait: "under way",
  gate: "by hand",
  none: "unchanged",
};

/** Stems of the page's colours. */
export const ACTION_TONES: Readonly<Record<ActionName, string>> = {
  create: "good",
  update: "hand",
  replace: "care",
  delete: "bad",
  adopt: "agreed",
  wait: "given",
  gate: "blind",
  none: "none",
};

export const ACTION_DRAWINGS: Readonly<Record<ActionName, Drawing>> = {
  create: { ground: "disc", line: "M10 6v8M6 10h8" },
  update: { ground: "disc", line: "M6.2 13.8l.6-2.6 5.4-5.4 2 2-5.4 5.4z" },
  replace: { ground: "disc", line: "M6 8.3h7.6l-2-2M14 11.7H6.4l2 2" },
  delete: { ground: "disc", line: "M6 10h8" },
  adopt: { ground: "disc", line: "M6.2 8.2h7.6M6.2 11.8h7.6" },
  wait: { ground: "disc", line: "M10 6v4.3l2.6 1.6" },
  gate: {
    ground: "disc",
    line: "M10 5.8a1.9 1.9 0 1 0 .01 0zM5.8 14.4c.5-2.2 2.2-3.2 4.2-3.2s3.7 1 4.2 3.2",
  },
  none: { ground: "ring", line: "M6.5 10h7" },
};
