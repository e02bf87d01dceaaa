import type { Table } from "../metadata/model.ts";
import type { Session } from "../session.ts";
import type { Row } from "../state.ts";

/**
 * What the platform and shipped plug-ins do around a write of one table. A hook refuses the write by throwing.
 * `before` hooks may change the values about to be stored; `after` hooks see the stored row.
 */
export interface Plugin {
  beforeCreate?(session: Session, values: Row): void;
  afterCreate?(session: Session, row: Row): void;
  beforeUpdate?(session: Session, row: Row, changes: Row): void;
  afterUpdate?(session: Session, row: Row, changes: Row): void;
  /** Runs instead of the deletion when it returns true. */
  beforeDelete?(session: Session, row: Row): boolean | undefined;
}

export interface LinkPlugin {
  beforeLink?(session: Session, left: Row, right: Row): void;
  beforeUnlink?(session: Session, left: Row, right: Row): void;
}

export type { Row, Session, Table };
