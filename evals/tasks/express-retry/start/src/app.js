import { setTimeout as pause } from "node:timers/promises";
import express from "express";
import { HttpError, answerErrors } from "./errors.js";
import { StockClient } from "./stock.js";

const NAMES = { p1: "Chair", "a/b": "Table", p3: "Lamp" };

/** Builds the service; what it needs of the world comes in as arguments. */
export function createApp({
  stockUrl,
  fetch = globalThis.fetch,
  sleep = pause,
  random = Math.random,
  now = () => new Date(),
  timeoutMs = 2000,
}) {
  const app = express();
  const stock = new StockClient({ stockUrl, fetch, sleep, random, now, timeoutMs });

  app.get("/products/:id", (request, response) => {
    const name = NAMES[request.params.id];
    if (!name) throw new HttpError(404, "no_such_product");
    response.json({ id: request.params.id, name });
  });

  app.get("/products/:id/availability", async (request, response) => {
    const available = await stock.available(request.params.id);
    response.json({ id: request.params.id, available });
  });

  app.use(answerErrors);
  return app;
}
