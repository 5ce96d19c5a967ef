import { randomUUID } from "node:crypto";
import express from "express";
import { ApiError, answerErrors } from "./errors.js";

/** Builds the service. `store` is as in store.js; `now` gives a Date and `newId` a string. */
export function createApp({ store, now = () => new Date(), newId = randomUUID }) {
  const app = express();
  app.use(express.json());

  app.post("/orders", async (request, response) => {
    const { total } = request.body ?? {};
    if (!Number.isInteger(total) || total <= 0) {
      throw new ApiError(422, "invalid", "total must be a whole number above 0");
    }
    const order = { id: newId(), total, status: "open", createdAt: now().toISOString() };
    await store.insert(order);
    response.status(201).location(`/orders/${order.id}`).json(order);
  });

  app.get("/orders/:id", async (request, response) => {
    const order = await store.get(request.params.id);
    if (!order) throw new ApiError(404, "not_found", "there is no such order");
    response.json({ id: order.id, total: order.total, status: order.status, createdAt: order.createdAt });
  });

  app.use(answerErrors);
  return app;
}
