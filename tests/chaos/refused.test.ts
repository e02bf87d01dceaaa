import { testBlows } from "./struck.ts";

testBlows("refused for the moment", ["429", "503"]);
