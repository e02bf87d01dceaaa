export const INTRODUCTION = `# The spec

Generated from the schema (src/spec/schema.ts): run \`npm run generate\` after changing it.

One YAML file describes one environment: tenant, Power Platform environment, Azure side, queues, routing, bot, roles.
The smallest useful spec is [examples/minimal.yaml](../examples/minimal.yaml); the full one, with three stages, is
[examples/contoso](../examples/contoso); one for a tenant that is in use already is
[examples/northwind](../examples/northwind/contact-centre.yaml). Everything left out follows Microsoft's guide; \`psc plan\` shows what that is.
Editors complete and check fields when the file begins with
\`# yaml-language-server: $schema=…/schema/psc.v1.schema.json\`.

## Base and overlays

\`extends: base.yaml\` lays a file over another one, which may extend a third. The path is relative to the file.

| In the overlay | Effect |
|---|---|
| a mapping | merges with the base's, key by key |
| a list of named things (\`roles\`, \`operatingHours\`, \`queues\`, \`workstreams\`, \`route\`) | merges by natural key: \`name\`, for roles \`role\` and \`to\`; new items go to the end |
| any other list, a text, a number | replaces the base's |
| \`null\` | takes the base's value back; the default applies |
| \`{ name: X, $remove: true }\` | drops the item; \`KEY: { $remove: true }\` drops a group |

Rules of a route are tried from top to bottom. To put a rule before the base's last one, drop that one and repeat it:

\`\`\`yaml
workstreams:
  - name: Patient chat
    route:
      - { name: Bot first, $remove: true }
      - { name: Billing, when: { Topic: billing }, to: Billing }
      - { name: Bot first, to: Patient bot }
\`\`\`

## References

| Written | Becomes |
|---|---|
| \`\${env:NAME}\` | the variable of psc's environment; a problem when it is not set or empty |
| \`\${env:NAME:-default}\` | the same, or the default |
| \`\${keyvault:VAULT/SECRET}\`, \`\${keyvault:VAULT/SECRET/VERSION}\` | a secret, read when it is needed and never shown; only in \`healthBot.variables\` |
| \`$\${\` | the characters \`\${\` |

In \`healthBot.variables\` a value with something from psc's environment in it is a secret too, also with text around it.
References are replaced after the files were merged, in values only. Messages show the reference, never what it stands
for.

## Stages

Files in one folder that extend the same base, or have a \`name\`, are environments side by side, even where one extends
the other; a base without a name is none. Each must have its own environment domain,
Entra application, Health Bot, Application Insights and workspace: \`psc validate\` of one looks at the others and
refuses what they share (a shared resource group gets a warning). Specs of the same \`name\` are the same environment.

## Limits

256 KiB a file, 32 levels, 20 000 values after aliases, one document a file, eight files in a chain; no YAML tags,
merge keys or duplicate keys. Every problem is reported with its place, all at once: [spec-codes.md](spec-codes.md).
`;

export const MANIFEST_INTRODUCTION = `## Manifests

\`solution\` names a manifest: a file in solution-manifests/ that says which application packages and Dataverse solutions
make up a solution, in which order they go in, and how to prove that they are in. Your own manifest is named by its path,
\`solution: ./my-manifest.yaml\`, relative to the spec file.

Solutions of a manifest mean the same as \`ownSolutions\` of a spec: staged, imported asynchronously, upgraded or left by
their version. They come before \`ownSolutions\`. What differs from stage to stage, such as the ids of connections, is
written as \`\${env:NAME}\`, in manifests as in specs:

\`\`\`yaml
solutions:
  - uniqueName: ContosoVisits
    file: solutions/ContosoVisits_1_2_0_0_managed.zip   # relative to the manifest
    version: "1.2.0.0"
    requires: [HealthcareFoundationAnchor, ContosoCore]  # packages, and solutions listed before it
    variables: { contoso_Clinic: North }
    connections:
      contoso_mail: { connector: shared_office365, connection: "\${env:MAIL_CONNECTION}" }
\`\`\`

When a solution cannot be imported, the message names each missing component, the solution that has it and the component
that needs it. What the files themselves say they need is checked against the order of the list beforehand.
`;
