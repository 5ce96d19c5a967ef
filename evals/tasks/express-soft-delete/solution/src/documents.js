import { ApiError } from "./errors.js";

const KEPT_DAYS = 30;
const DAY = 24 * 60 * 60 * 1000;

/** Documents in memory, the oldest first. A deleted one has a `deletedAt` and is seen only where it is asked for. */
export class Documents {
  #rows = new Map();
  #next = 1;
  #deletions = 0;
  #now;

  constructor(now) {
    this.#now = now;
  }

  search(text) {
    return this.#live().filter((row) => row.name.includes(text)).map(shown);
  }

  /** The last deleted first. */
  searchDeleted(text) {
    const rows = this.#deleted().filter((row) => row.name.includes(text));
    return rows.sort((one, other) => other.deletion - one.deletion).map(shownDeleted);
  }

  add(name) {
    this.#refuseTaken(name);
    const row = { id: String(this.#next++), name, createdAt: this.#now() };
    this.#rows.set(row.id, row);
    return shown(row);
  }

  get(id) {
    return shown(this.#row(id));
  }

  rename(id, name) {
    const row = this.#row(id);
    if (row.name !== name) this.#refuseTaken(name);
    row.name = name;
    return shown(row);
  }

  remove(id) {
    Object.assign(this.#row(id), { deletedAt: this.#now(), deletion: ++this.#deletions });
  }

  restore(id) {
    const row = this.#rows.get(id);
    if (!row?.deletedAt) throw new ApiError(404, "not_found");
    this.#refuseTaken(row.name);
    delete row.deletedAt;
    return shown(row);
  }

  /** Removes for good what was deleted long ago; gives how many. */
  purge() {
    const now = this.#now();
    const old = this.#deleted().filter((row) => now - row.deletedAt >= KEPT_DAYS * DAY);
    for (const row of old) this.#rows.delete(row.id);
    return old.length;
  }

  #live() {
    return [...this.#rows.values()].filter((row) => !row.deletedAt);
  }

  #deleted() {
    return [...this.#rows.values()].filter((row) => row.deletedAt);
  }

  #row(id) {
    const row = this.#rows.get(id);
    if (!row || row.deletedAt) throw new ApiError(404, "not_found");
    return row;
  }

  #refuseTaken(name) {
    if (this.#live().some((row) => row.name === name)) throw new ApiError(409, "name_taken");
  }
}

const shown = (row) => ({ id: row.id, name: row.name, createdAt: row.createdAt.toISOString() });
const shownDeleted = (row) => ({ ...shown(row), deletedAt: row.deletedAt.toISOString() });
