// Preloaded into a process of its own: its wall clock runs ahead by as many milliseconds as a file says, so that a test
// can let a minute pass for it without waiting for one.
import { readFileSync } from "node:fs";

const file = process.env.PSC_TEST_SHIFT_FILE ?? "";
const RealDate = Date;

function shift() {
  try {
    return Number(readFileSync(file, "utf8")) || 0;
  } catch {
    return 0;
  }
}

globalThis.Date = class extends RealDate {
  constructor(...words) {
    if (words.length === 0) super(RealDate.now() + shift());
    else super(...words);
  }
  static now() {
    return RealDate.now() + shift();
  }
};
