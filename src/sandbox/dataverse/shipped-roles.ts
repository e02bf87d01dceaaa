/**
 * Security roles that come with the platform and with packages. Roles of managed solutions have the same id in every
 * organization; roles made from a template get an own id in each (role exports in delegateas/XrmBedrock, recorded
 * roles in microsoft/terraform-provider-power-platform).
 */
export interface ShippedRole {
  readonly name: string;
  /** Fixed id of the root business unit's row; undefined when it differs per organization. */
  readonly id?: string;
  readonly templateId?: string;
}

export const PLATFORM_ROLES: readonly ShippedRole[] = [
  { name: "System Administrator", templateId: "627090ff-40a3-4053-8790-584edc5be201" },
  { name: "System Customizer", templateId: "119f245c-3cc8-4b62-b31c-d1a046ced15d" },
  { name: "Basic User", templateId: "236750cd-45ae-4939-ab12-b24b920ced93" },
  { name: "Support User", templateId: "2d101bb3-5ced-4122-83f1-94d5efde4e3b" },
  { name: "Delegate", templateId: "d892cc0b-28c7-4e88-bd92-72f2c366baed" },
  { name: "Knowledge Manager", templateId: "b4b40b17-cf37-4ea8-b2c5-b580f2f48654" },
  { name: "Customer Service Representative", templateId: "ecfd0b44-5720-45e3-ae68-417ddb0fb654" },
  { name: "CSR Manager", templateId: "1808b939-dd07-4ca7-aa99-ddd2734378f1" },
  { name: "Environment Maker", id: "d58407f2-48d5-e711-a82c-000d3a37c848" },
  { name: "Customer service app access", id: "3dac4d9e-568c-e611-80d4-00155d42a122" },
  { name: "App Profile User", id: "61649654-ced8-ea11-a813-000d3a579805" },
  { name: "App Profile Manager Administrator", id: "4758a2be-ccd8-ea11-a813-000d3a579805" },
];

export const OMNICHANNEL_ROLES: readonly ShippedRole[] = [
  { name: "Omnichannel agent", id: "c30bdbfe-7553-e811-8147-000d3aa39708" },
  { name: "Omnichannel supervisor", id: "e4435009-7653-e811-8147-000d3aa39708" },
  { name: "Omnichannel administrator", id: "f7f90019-dc14-e911-816a-000d3a069ebd" },
  { name: "Omnichannel API access", id: "08593e02-ca6e-ec11-8943-000d3a9d73b9" },
  { name: "Omnichannel Assignment API access", id: "dad4c8cd-aab9-ee11-a568-6045bd07894c" },
  { name: "Omnichannel Messaging Platform Role", id: "516487a0-27ac-4219-9223-38dcc3dd82c9" },
  { name: "Omnichannel CDS Flush Role", id: "36491c22-df5c-4155-927c-b1d8d2848e3b" },
  { name: "Productivity tools user", id: "c49aae0a-0fda-e911-a81c-000d3af75d63" },
  { name: "Productivity tools administrator", id: "6beb51c1-0eda-e911-a81c-000d3af75d63" },
  { name: "Channel Access", id: "a2cccf01-f964-449c-a827-9b66e03f7fc8" },
];

/** Names as documented ("Care management architecture"); their ids are not public. */
export const HEALTHCARE_ROLES: readonly ShippedRole[] = [
  { name: "Healthcare User" },
  { name: "Healthcare Non-Clinical User" },
  { name: "Healthcare Care Plan template administrator" },
  { name: "Sync Administrator for FHIR Healthcare User" },
];
