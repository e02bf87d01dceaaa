import { testBlows } from "./struck.ts";

testBlows("whose answer is lost", ["connection reset", "answer lost", "truncated body"]);
