/**
 * The part of @azure/identity that psc uses. The published package holds this file with the library bundled into it
 * (`scripts/build.ts`): installed as a dependency it would bring its 16 MB of browser code along.
 */
export { ClientSecretCredential, DefaultAzureCredential } from "@azure/identity";
