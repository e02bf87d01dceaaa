import { copyRole, createDefaultTeam } from "./plugins/business-units.ts";
import { findRowBy, insertRow, rowsOf, stableId, textOf } from "./rows.ts";
import type { Session } from "./session.ts";
import { SYSTEM_USER } from "./session.ts";
import { PLATFORM_ROLES, type ShippedRole } from "./shipped-roles.ts";
import { addSolutions, CUSTOMER_SERVICE_SOLUTIONS } from "./solutions.ts";
import type { Row } from "./state.ts";
import { TIME_ZONES } from "./time-zones.ts";

/** Rows every new organization has before anybody writes to it. */

const CURRENCIES: Readonly<Record<string, readonly [name: string, symbol: string]>> = {
  USD: ["US Dollar", "$"],
  EUR: ["Euro", "€"],
  GBP: ["Pound Sterling", "£"],
  CAD: ["Canadian Dollar", "$"],
  AUD: ["Australian Dollar", "$"],
};

/** A few of the languages that articles can have; the real list holds all of Windows. */
const ARTICLE_LANGUAGES: readonly (readonly [localeid: number, code: string, name: string])[] = [
  [1033, "en-US", "English - United States"],
  [2057, "en-GB", "English - United Kingdom"],
  [1031, "de-DE", "German - Germany"],
  [3082, "es-ES", "Spanish - Spain"],
  [1036, "fr-FR", "French - France"],
  [1040, "it-IT", "Italian - Italy"],
  [1043, "nl-NL", "Dutch - Netherlands"],
  [1046, "pt-BR", "Portuguese - Brazil"],
];

/** Adds roles to the root business unit and their copies to the others. */
export function addRoles(session: Session, roles: readonly ShippedRole[]): void {
  const units = rowsOf(session.organization, "businessunit");
  const isRoot = (unit: Row): boolean => (unit["_parentbusinessunitid_value"] ?? null) === null;
  const rootId = textOf(units.find(isRoot), "businessunitid");
  for (const role of roles) {
    const known = findRowBy(session.organization, "role", { name: role.name, _businessunitid_value: rootId });
    if (known !== undefined) continue;
    const id = role.id ?? session.world.newId();
    const root = insertRow(session, "role", {
      roleid: id,
      name: role.name,
      _businessunitid_value: rootId,
      _parentrootroleid_value: id,
      ...(role.templateId === undefined ? {} : { _roletemplateid_value: role.templateId }),
      ismanaged: role.templateId === undefined,
    });
    const copyBelow = (parentUnitId: string, parentCopy: Row): void => {
      for (const unit of units) {
        if (unit["_parentbusinessunitid_value"] !== parentUnitId) continue;
        const unitId = textOf(unit, "businessunitid");
        copyBelow(unitId, copyRole(session, root, parentCopy, unitId));
      }
    };
    copyBelow(rootId, root);
  }
}

export function addAppModule(session: Session, name: string, uniquename: string): void {
  if (findRowBy(session.organization, "appmodule", { uniquename }) !== undefined) return;
  insertRow(session, "appmodule", { name, uniquename, clienttype: 4, ismanaged: true });
}

function addOrganizationRow(session: Session, currencyId: string): void {
  const { organization } = session;
  insertRow(session, "organization", {
    organizationid: organization.organizationId,
    name: organization.domainName,
    languagecode: organization.baseLanguage,
    _basecurrencyid_value: currencyId,
    isauditenabled: false,
    isuseraccessauditenabled: false,
    isreadauditenabled: false,
    useraccessauditinginterval: 4,
    auditretentionperiodv2: 30,
    plugintracelogsetting: 0,
  });
}

function addRootBusinessUnit(session: Session): void {
  const root = insertRow(session, "businessunit", {
    name: session.organization.domainName,
    isdisabled: false,
  });
  const businessUnitId = textOf(root, "businessunitid");
  insertRow(session, "systemuser", {
    systemuserid: SYSTEM_USER,
    fullname: "SYSTEM",
    lastname: "SYSTEM",
    domainname: "SYSTEM",
    accessmode: 3,
    isdisabled: true,
    _businessunitid_value: businessUnitId,
  });
  createDefaultTeam(session, root);
}

export function addPlatformRows(session: Session, currencyCode: string): void {
  const [currencyname, currencysymbol] = CURRENCIES[currencyCode] ?? [currencyCode, currencyCode];
  const currency = insertRow(session, "transactioncurrency", {
    isocurrencycode: currencyCode,
    currencyname,
    currencysymbol,
  });
  addRootBusinessUnit(session);
  addOrganizationRow(session, textOf(currency, "transactioncurrencyid"));
  addRoles(session, PLATFORM_ROLES);
  for (const [timezonecode, standardname, bias, userinterfacename] of TIME_ZONES)
    insertRow(session, "timezonedefinition", {
      timezonedefinitionid: stableId("timezone", standardname),
      timezonecode,
      standardname,
      bias,
      userinterfacename,
    });
  for (const [localeid, code, name] of ARTICLE_LANGUAGES)
    insertRow(session, "languagelocale", {
      languagelocaleid: stableId("languagelocale", code),
      localeid,
      code,
      name,
    });
  insertRow(session, "publisher", {
    publisherid: "d21aab71-79e7-11dd-8874-00188b01e34f",
    uniquename: "DefaultPublisher",
    friendlyname: "CDS Default Publisher",
    customizationprefix: "cr000",
    customizationoptionvalueprefix: 10000,
  });
  addSolutions(session, CUSTOMER_SERVICE_SOLUTIONS);
  addAppModule(session, "Customer Service Hub", "Customerservicehub");
  addAppModule(session, "Customer Service workspace", "msdyn_CustomerServiceWorkspace");
  for (const name of [
    "Create",
    "Retrieve",
    "RetrieveMultiple",
    "Update",
    "Delete",
    "PublishXml",
    "ExpandCalendar",
  ])
    insertRow(session, "sdkmessage", { sdkmessageid: stableId("sdkmessage", name), name });
}
