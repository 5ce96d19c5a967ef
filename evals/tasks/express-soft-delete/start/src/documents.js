import { ApiError } from "./errors.js";

/** Documents in memory, the oldest first. */
export class Documents {
  #rows = new Map();
  #next = 1;
  #now;

  constructor(now) {
    this.#now = now;
  }

  search(text) {
    const rows = [...this.#rows.values()];
    return rows.filter((row) => row.name.includes(text)).map(shown);
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
    this.#row(id);
    this.#rows.delete(id);
  }

  #row(id) {
    const row = this.#rows.get(id);
    if (!row) throw new ApiError(404, "not_found");
    return row;
  }

  #refuseTaken(name) {
    if ([...this.#rows.values()].some((row) => row.name === name)) throw new ApiError(409, "name_taken");
  }
}

const shown = (row) => ({ id: row.id, name: row.name, createdAt: row.createdAt.toISOString() });
