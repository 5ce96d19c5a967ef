/** The stock service. */
export class StockClient {
  #stockUrl;
  #fetch;

  constructor({ stockUrl, fetch }) {
    this.#stockUrl = stockUrl;
    this.#fetch = fetch;
  }

  /** How many there are of a product. */
  async available(id) {
    const response = await this.#fetch(`${this.#stockUrl}/stock/${id}`);
    return (await response.json()).available;
  }
}
