const copy = (value) => (value === undefined ? undefined : structuredClone(value));
const elsewhere = () => new Promise((resolve) => setImmediate(resolve));

/** Orders in memory, with the interface of the store in production: everything takes a moment, and gives copies. */
export class MemoryStore {
  #orders = new Map();

  async insert(order) {
    await elsewhere();
    this.#orders.set(order.id, copy(order));
  }

  async get(id) {
    await elsewhere();
    return copy(this.#orders.get(id));
  }

  /**
   * Changes an order in one step that nothing comes between: `change` gets a copy and returns the order to store.
   * Gives what `change` returned, undefined when there is no such order. What `change` throws comes through, and
   * nothing is stored.
   */
  async update(id, change) {
    await elsewhere();
    const order = copy(this.#orders.get(id));
    if (order === undefined) return undefined;
    const changed = change(order);
    if (typeof changed?.then === "function") throw new TypeError("change must not be asynchronous");
    this.#orders.set(id, copy(changed));
    await elsewhere();
    return copy(changed);
  }
}
