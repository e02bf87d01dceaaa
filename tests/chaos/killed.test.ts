import { testBlows } from "./struck.ts";

testBlows("that kills psc", ["killed before it is sent", "killed after it took effect"]);
