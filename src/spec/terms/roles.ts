/** Omnichannel's persona mapping counts only roles held directly ("Role persona mapping", Customer Service). */
export function isOmnichannelRole(role: string): boolean {
  return /^omnichannel (agent|supervisor|administrator)$/i.test(role.trim());
}

/** Roles every Dataverse organisation with Customer Service has, whichever solution is installed. */
export const PLATFORM_ROLES: readonly string[] = [
  "System Administrator",
  "System Customizer",
  "Environment Maker",
  "Basic User",
  "Customer Service Representative",
  "CSR Manager",
  "Customer Service Manager",
  "Knowledge Manager",
  "Customer service app access",
];
