import type { SandboxResponse } from "../../exchange.ts";
import type { Session } from "../session.ts";
import { edmTypeOf } from "../table-scope.ts";
import type { Table } from "./model.ts";

/** The service document and the CSDL document ("Web API types and operations", developer guide). */

export function serviceDocument(session: Session): SandboxResponse {
  return {
    status: 200,
    body: {
      "@odata.context": `${session.baseUrl}/$metadata`,
      value: [...session.model.sets.keys()].map((set) => ({ name: set, kind: "EntitySet", url: set })),
    },
  };
}

function entityType(table: Table): string {
  const properties = [...table.properties.values()].map(
    (column) => `<Property Name="${column.property}" Type="${edmTypeOf(column)}" />`,
  );
  const navigations = [...table.navigations.values()].map((navigation) => {
    if (navigation.kind === "lookup")
      return `<NavigationProperty Name="${navigation.name}" Type="mscrm.${navigation.targets[0] ?? "crmbaseentity"}"><ReferentialConstraint Property="${navigation.column.property}" ReferencedProperty="${navigation.targets[0] ?? ""}id" /></NavigationProperty>`;
    const target = navigation.kind === "links" ? navigation.target : navigation.table;
    return `<NavigationProperty Name="${navigation.name}" Type="Collection(mscrm.${target})" />`;
  });
  return `<EntityType Name="${table.logicalName}" BaseType="mscrm.crmbaseentity"><Key><PropertyRef Name="${table.id}" /></Key>${properties.join("")}${navigations.join("")}</EntityType>`;
}

export function metadataDocument(session: Session): SandboxResponse {
  const tables = [...session.model.tables.values()];
  const sets = tables.map(
    (table) => `<EntitySet Name="${table.set}" EntityType="Microsoft.Dynamics.CRM.${table.logicalName}" />`,
  );
  return {
    status: 200,
    headers: { "Content-Type": "application/xml" },
    body: `<?xml version="1.0" encoding="utf-8"?><edmx:Edmx Version="4.0" xmlns:edmx="http://docs.oasis-open.org/odata/ns/edmx"><edmx:DataServices><Schema Namespace="Microsoft.Dynamics.CRM" Alias="mscrm" xmlns="http://docs.oasis-open.org/odata/ns/edm"><EntityType Name="crmbaseentity" Abstract="true" />${tables.map(entityType).join("")}<EntityContainer Name="System">${sets.join("")}</EntityContainer></Schema></edmx:DataServices></edmx:Edmx>`,
  };
}
