import type { Clock } from "../clock.ts";
import type { Http } from "./http/types.ts";

export interface HealthBotManagement {
  readonly base: string;
}
export function createHealthBotManagement(
  _http: Http,
  _clock: Clock,
  link: string,
  _secret: string,
): HealthBotManagement {
  return { base: link };
}
