import { crc32 } from "node:zlib";

/** A stored (not compressed) ZIP archive of these files. */
function archive(files: Readonly<Record<string, string>>): Buffer {
  const bodies: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const [name, text] of Object.entries(files)) {
    const [label, content] = [Buffer.from(name), Buffer.from(text)];
    const facts = Buffer.alloc(26);
    facts.writeUInt16LE(20, 0);
    facts.writeUInt32LE(crc32(content), 10);
    facts.writeUInt32LE(content.length, 14);
    facts.writeUInt32LE(content.length, 18);
    facts.writeUInt16LE(label.length, 22);
    const local = Buffer.concat([Buffer.from("PK\u0003\u0004"), facts, label, content]);
    const entry = Buffer.alloc(14);
    entry.writeUInt32LE(offset, 10);
    directory.push(Buffer.concat([Buffer.from("PK\u0001\u0002\u0014\u0000"), facts, entry, label]));
    bodies.push(local);
    offset += local.length;
  }
  const size = directory.reduce((sum, entry) => sum + entry.length, 0);
  const end = Buffer.alloc(22);
  end.write("PK\u0005\u0006");
  end.writeUInt16LE(directory.length, 8);
  end.writeUInt16LE(directory.length, 10);
  end.writeUInt32LE(size, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...bodies, ...directory, end]);
}

/** A solution with nothing in it, base64 as `CustomizationFile` takes it. */
export function solutionFile(uniqueName: string, managed: boolean): string {
  return archive({
    "solution.xml": `<ImportExportXml><SolutionManifest><UniqueName>${uniqueName}</UniqueName><LocalizedNames><LocalizedName description="${uniqueName}" languagecode="1033"/></LocalizedNames><Version>1.0.0.0</Version><Managed>${managed ? 1 : 0}</Managed><Publisher><UniqueName>recorded</UniqueName><LocalizedNames><LocalizedName description="Recorded" languagecode="1033"/></LocalizedNames><CustomizationPrefix>rec</CustomizationPrefix></Publisher><RootComponents/><MissingDependencies/></SolutionManifest></ImportExportXml>`,
    "customizations.xml": "<ImportExportXml/>",
    "[Content_Types].xml": "<Types/>",
  }).toString("base64");
}
