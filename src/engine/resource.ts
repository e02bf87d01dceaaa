import type { Clock } from "../clock.ts";
import type { Services } from "../services/services.ts";
import type { EnvironmentSpec, Manifest } from "../spec/model.ts";
import type { FieldChange, Fields, InProgress, Observation, Present } from "./observation.ts";

/** Steps of Microsoft's guide, in its order. */
export const STEPS = [
  "Prerequisites",
  "Environment",
  "Customer Service Hub (CRM Hub)",
  "Consent",
  "Omnichannel",
  "Channels",
  "Solution",
  "Health Bot",
  "Human handoff",
  "Bot channels and bot id",
  "Bot application and user",
  "Queues and routing",
  "Roles and groups",
  "Monitoring",
  "Portal",
  "Agent experience",
] as const;

/** Who holds what is needed, in the names that Entra, Azure and Dataverse use. */
export const PERSONAS = [
  "Global Administrator",
  "Privileged Role Administrator",
  "Cloud Application Administrator",
  "Groups Administrator",
  "Power Platform Administrator",
  "Subscription Owner",
  "Subscription Contributor",
  "System Administrator",
  "Omnichannel Administrator",
  "Health Bot Administrator",
] as const;

export type Persona = (typeof PERSONAS)[number];

/** A person's word that something without a provable state was done. */
export interface Confirmation {
  readonly gate: string;
  readonly by: string;
  /** ISO time. */
  readonly at: string;
  readonly value?: string;
  readonly how: "confirmed" | "detected";
}

export interface WaitOptions {
  /** Milliseconds between two looks, unless the service asks for another pace. */
  readonly everyMs: number;
  /** URL of the operation waited for: goes to the journal, so that a later run can pick it up. */
  readonly operationUrl?: string;
  /** Milliseconds after which waiting makes no sense any more; a day when absent. */
  readonly atMostMs?: number;
}

export type Look<T> =
  | { readonly done: true; readonly value: T }
  | { readonly done: false; readonly retryAfterMs?: number; readonly note?: string };

/** What a resource may use. */
export interface Context {
  readonly spec: EnvironmentSpec;
  readonly manifest: Manifest;
  readonly services: Services;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** The person wants to overwrite what others edited by hand where psc would leave it. */
  readonly force: boolean;
  /** The latest observation of another resource of this run. */
  observation(address: string): Observation | undefined;
  /** Addresses of this run's resources of one kind. */
  addresses(kind: string): readonly string[];
  /** A person's recorded word about a gate. */
  confirmation(address: string): Confirmation | undefined;
  /** Looks again and again until done; shows the waiting, journals the operation, ends on abort. */
  wait<T>(what: string, options: WaitOptions, look: () => Promise<Look<T>>): Promise<T>;
  /** One sentence for the run's output about the resource at work, such as a slow retry. */
  note(text: string): void;
}

export interface GateInstructions {
  /** Numbered steps in the imperative, without numbers. */
  readonly steps: readonly string[];
  readonly link: string;
  /** How psc will notice; absent when it cannot and a confirmation is needed. */
  readonly probe?: string;
  /** Set when the person must bring a value back. */
  readonly value?: { readonly name: string; readonly pattern: RegExp; readonly hint: string };
  readonly usualMinutes: number;
  /** For the sandbox's simulated person: which action, on what. */
  readonly simulation: { readonly action: string; readonly payload: Readonly<Record<string, unknown>> };
}

export interface KindInfo {
  /** Such as `omnichannel.queue`. */
  readonly kind: string;
  readonly summary: string;
  /** Index into STEPS. */
  readonly step: number;
  /** The API that does it, in the words of its documentation. */
  readonly api: string;
  readonly persona: Persona;
  /** Least-privileged permissions, in the services' own words. */
  readonly permissions: { readonly read: readonly string[]; readonly write: readonly string[] };
  /** Public documents the API facts come from. */
  readonly sources: readonly string[];
  /** `managed`: psc makes it so. `gate`: only a person can. `check`: must hold before anything is written. */
  readonly nature: "managed" | "gate" | "check";
  /** Address of what holds it: when that is deleted, it goes along. */
  readonly partOf?: string;
  /** Why a deletion leaves it alone, where no API deletes it. */
  readonly staysBecause?: string;
  /** Why a deletion leaves it alone unless the person names it. */
  readonly sharedBecause?: string;
  /** Kinds that cannot be deleted while it is there: for a prune it is taken away and put back. */
  readonly protects?: readonly string[];
  /**
   * Nothing else brings it about or changes it, and making it is safe to repeat: what was seen of it a moment ago may be
   * acted on without another look.
   */
  readonly standsAlone?: boolean;
  /** A check of what only writing needs: a plan that changes nothing leaves it out. */
  readonly onlyForWriting?: boolean;
}

/**
 * One type of thing psc manages. `read` returns the state by natural key and never throws for normal states; a
 * `check` throws a PscError when it does not hold. `create` and `update` may return what they know about the result;
 * otherwise the engine reads again.
 */
export interface KindDefinition<P, D> extends KindInfo {
  /** Typical minutes to create. */
  readonly usualMinutes?: number | ((props: P) => number);
  /** For people, such as `queue "Escalate to Human"`. */
  label(props: P): string;
  /** The facts worth a glance in the plan. */
  detail?(props: P): string;
  /** Fields the spec declares; for a gate or check an empty object. */
  declared?(props: P, context: Context): Fields;
  /** Top-level fields whose list order matters. */
  readonly ordered?: readonly string[];
  /** Fields that cannot be changed in place: a difference plans a replacement. */
  readonly replaceOn?: readonly string[];
  read(props: P, context: Context): Promise<Observation<D>>;
  create?(props: P, context: Context): Promise<Observation<D> | undefined>;
  update?(
    props: P,
    present: Present<D>,
    changes: readonly FieldChange[],
    context: Context,
  ): Promise<Observation<D> | undefined>;
  adopt?(props: P, present: Present<D>, context: Context): Promise<Observation<D> | undefined>;
  /** Makes room for a replacement; also what `psc destroy` does, unless `destroy` says otherwise. */
  delete?(props: P, present: Present<D>, context: Context): Promise<undefined>;
  /**
   * Deletes it with everything in it, for `psc destroy` only: no difference to a spec is ever worth that. Deleting what is
   * gone already is no error.
   */
  destroy?(props: P, present: Present<D>, context: Context): Promise<undefined>;
  /** What a deletion that was cut short left behind of an object that seems absent; for `psc destroy` only. */
  remains?(props: P, context: Context): Promise<Present<D> | undefined>;
  /** True when the object bears a mark that only psc puts on what it makes. */
  isMarked?(props: P, present: Present<D>, context: Context): boolean;
  /** Why it must stay although psc made it, such as what else is inside; undefined when nothing speaks against it. */
  keeps?(props: P, present: Present<D>, context: Context): Promise<string | undefined>;
  /** Waits for work that is already under way; defaults to reading again until it is not. */
  resume?(props: P, state: InProgress, context: Context): Promise<Observation<D> | undefined>;
  /** What a person must do; gates only. */
  instructions?(props: P, context: Context): GateInstructions;
}

/** One desired instance, with the kind's functions bound to its properties. */
export interface Resource {
  /** `kind` or `kind["name"]`. */
  readonly address: string;
  readonly info: KindInfo;
  readonly label: string;
  readonly detail: string;
  readonly usualMs: number;
  /** Addresses that must be done first. */
  readonly dependsOn: readonly string[];
  readonly ordered: readonly string[];
  readonly replaceOn: readonly string[];
  declared(context: Context): Fields;
  read(context: Context): Promise<Observation>;
  readonly create?: (context: Context) => Promise<Observation | undefined>;
  readonly update?: (
    present: Present<unknown>,
    changes: readonly FieldChange[],
    context: Context,
  ) => Promise<Observation | undefined>;
  readonly adopt?: (present: Present<unknown>, context: Context) => Promise<Observation | undefined>;
  readonly delete?: (present: Present<unknown>, context: Context) => Promise<undefined>;
  readonly destroy?: (present: Present<unknown>, context: Context) => Promise<undefined>;
  readonly remains?: (context: Context) => Promise<Present<unknown> | undefined>;
  readonly isMarked?: (present: Present<unknown>, context: Context) => boolean;
  readonly keeps?: (present: Present<unknown>, context: Context) => Promise<string | undefined>;
  readonly resume?: (state: InProgress, context: Context) => Promise<Observation | undefined>;
  readonly instructions?: (context: Context) => GateInstructions;
}

export interface Kind<P, D> {
  readonly info: KindInfo;
  address(name?: string): string;
  /** An instance; `name` is left out where there is one per environment. */
  resource(options: {
    readonly name?: string;
    readonly props: P;
    readonly dependsOn: readonly string[];
    /** Address of what holds this instance, where that is nearer than the kind's `partOf`. */
    readonly within?: string;
  }): Resource;
  /** Data of an instance, when it is present. */
  data(context: Pick<Context, "observation">, name?: string): D | undefined;
}

export function defineKind<P, D>(definition: KindDefinition<P, D>): Kind<P, D> {
  const address = (name?: string): string =>
    name === undefined ? definition.kind : `${definition.kind}[${JSON.stringify(name)}]`;
  const {
    kind,
    summary,
    step,
    api,
    persona,
    permissions,
    sources,
    nature,
    onlyForWriting = false,
    standsAlone = false,
    partOf,
    staysBecause,
    sharedBecause,
    protects,
  } = definition;
  const info: KindInfo = {
    kind,
    summary,
    step,
    api,
    persona,
    permissions,
    sources,
    nature,
    ...(onlyForWriting ? { onlyForWriting } : {}),
    ...(standsAlone ? { standsAlone } : {}),
    ...(partOf === undefined ? {} : { partOf }),
    ...(staysBecause === undefined ? {} : { staysBecause }),
    ...(sharedBecause === undefined ? {} : { sharedBecause }),
    ...(protects === undefined ? {} : { protects }),
  };
  return {
    info,
    address,
    resource({ name, props, dependsOn, within }) {
      const { create, update, adopt, resume, instructions, remains, isMarked, keeps } = definition;
      const remove = definition.delete;
      const destroy = definition.destroy ?? remove;
      const usual =
        typeof definition.usualMinutes === "function"
          ? definition.usualMinutes(props)
          : (definition.usualMinutes ?? 0);
      return {
        address: address(name),
        info: within === undefined ? info : { ...info, partOf: within },
        label: definition.label(props),
        detail: definition.detail?.(props) ?? "",
        usualMs: usual * 60_000,
        dependsOn,
        ordered: definition.ordered ?? [],
        replaceOn: definition.replaceOn ?? [],
        declared: (context) => definition.declared?.(props, context) ?? {},
        read: (context) => definition.read(props, context),
        // What `read` of this very kind observed is handed back to it, so the data is a D by construction.
        ...(create === undefined ? {} : { create: (context: Context) => create(props, context) }),
        ...(update === undefined
          ? {}
          : {
              update: (present: Present<unknown>, changes: readonly FieldChange[], context: Context) =>
                update(props, present as Present<D>, changes, context),
            }),
        ...(adopt === undefined
          ? {}
          : {
              adopt: (present: Present<unknown>, context: Context) =>
                adopt(props, present as Present<D>, context),
            }),
        ...(remove === undefined
          ? {}
          : {
              delete: (present: Present<unknown>, context: Context) =>
                remove(props, present as Present<D>, context),
            }),
        ...(destroy === undefined
          ? {}
          : {
              destroy: (present: Present<unknown>, context: Context) =>
                destroy(props, present as Present<D>, context),
            }),
        ...(remains === undefined ? {} : { remains: (context: Context) => remains(props, context) }),
        ...(isMarked === undefined
          ? {}
          : {
              isMarked: (present: Present<unknown>, context: Context) =>
                isMarked(props, present as Present<D>, context),
            }),
        ...(keeps === undefined
          ? {}
          : {
              keeps: (present: Present<unknown>, context: Context) =>
                keeps(props, present as Present<D>, context),
            }),
        ...(resume === undefined
          ? {}
          : { resume: (state: InProgress, context: Context) => resume(props, state, context) }),
        ...(instructions === undefined
          ? {}
          : { instructions: (context: Context) => instructions(props, context) }),
      };
    },
    data(context, name) {
      const observation = context.observation(address(name));
      return observation?.status === "present" ? (observation.data as D) : undefined;
    },
  };
}
