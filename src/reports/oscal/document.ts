/**
 * The part of OSCAL 1.1.3 assessment results (NIST, https://pages.nist.gov/OSCAL) that psc writes. NIST publishes a
 * schema and no types; tests hold what is written against the schema.
 */

export interface OscalProperty {
  readonly name: string;
  readonly ns: string;
  readonly value: string;
}

export interface OscalEvidence {
  readonly href?: string;
  readonly description: string;
  readonly props?: readonly OscalProperty[];
}

export interface OscalSubject {
  readonly "subject-uuid": string;
  readonly type: "component";
  readonly title: string;
}

export interface OscalOrigin {
  readonly actors: readonly { readonly type: "tool"; readonly "actor-uuid": string }[];
}

export interface OscalObservation {
  readonly uuid: string;
  readonly title: string;
  readonly description: string;
  readonly props: readonly OscalProperty[];
  readonly methods: readonly ("TEST" | "EXAMINE" | "UNKNOWN")[];
  readonly types: readonly ["control-objective"];
  readonly origins: readonly OscalOrigin[];
  readonly subjects: readonly OscalSubject[];
  readonly "relevant-evidence"?: readonly OscalEvidence[];
  readonly collected: string;
  readonly remarks: string;
}

export interface OscalFinding {
  readonly uuid: string;
  readonly title: string;
  readonly description: string;
  readonly props: readonly OscalProperty[];
  readonly origins: readonly OscalOrigin[];
  readonly target: {
    readonly type: "objective-id";
    readonly "target-id": string;
    readonly title: string;
    readonly status: {
      readonly state: "satisfied" | "not-satisfied";
      readonly reason: "pass" | "fail";
      readonly remarks: string;
    };
  };
  readonly "related-observations": readonly { readonly "observation-uuid": string }[];
  readonly "related-risks"?: readonly { readonly "risk-uuid": string }[];
}

export interface OscalRisk {
  readonly uuid: string;
  readonly title: string;
  readonly description: string;
  readonly statement: string;
  readonly props: readonly OscalProperty[];
  readonly status: "deviation-approved" | "open";
  readonly deadline: string;
  readonly "related-observations": readonly { readonly "observation-uuid": string }[];
}

export interface OscalComponent {
  readonly uuid: string;
  readonly type: "software" | "system" | "service";
  readonly title: string;
  readonly description: string;
  readonly status: { readonly state: "operational" };
}

export interface OscalSelection {
  readonly description: string;
  readonly "include-controls"?: readonly { readonly "control-id": string }[];
}

export interface OscalObjective {
  readonly "control-id": string;
  readonly description: string;
  readonly parts: readonly {
    readonly id: string;
    readonly name: "assessment-objective";
    readonly title: string;
    readonly prose: string;
  }[];
}

export interface OscalDocument {
  readonly "assessment-results": {
    readonly uuid: string;
    readonly metadata: {
      readonly title: string;
      readonly "last-modified": string;
      readonly version: string;
      readonly "oscal-version": "1.1.3";
      readonly props: readonly OscalProperty[];
      readonly remarks: string;
    };
    readonly "import-ap": { readonly href: string; readonly remarks: string };
    readonly "local-definitions"?: { readonly "objectives-and-methods": readonly OscalObjective[] };
    readonly results: readonly [
      {
        readonly uuid: string;
        readonly title: string;
        readonly description: string;
        readonly start: string;
        readonly end: string;
        readonly props: readonly OscalProperty[];
        readonly "local-definitions": {
          readonly components: readonly OscalComponent[];
          readonly "assessment-assets": {
            readonly components: readonly OscalComponent[];
            readonly "assessment-platforms": readonly {
              readonly uuid: string;
              readonly title: string;
              readonly "uses-components": readonly { readonly "component-uuid": string }[];
            }[];
          };
        };
        readonly "reviewed-controls": {
          readonly "control-selections": readonly OscalSelection[];
          readonly remarks?: string;
        };
        readonly observations?: readonly OscalObservation[];
        readonly risks?: readonly OscalRisk[];
        readonly findings?: readonly OscalFinding[];
      },
    ];
    readonly "back-matter": {
      readonly resources: readonly {
        readonly uuid: string;
        readonly title: string;
        readonly description: string;
        readonly rlinks: readonly { readonly href: string }[];
      }[];
    };
  };
}
