import { Router } from "express";
import { ApiError } from "./errors.js";

const noOrder = () => new ApiError(404, "not_found", "there is no such order");

/** Refunds of an order, kept with it as `refunds`, the oldest first. */
export function refundRoutes({ store, now, newId }) {
  const router = Router({ mergeParams: true });

  router.post("/", async (request, response) => {
    const orderId = request.params.id;
    if (!(await store.get(orderId))) throw noOrder();
    const refund = { id: newId(), orderId, ...checked(request.body), createdAt: now().toISOString() };
    const order = await store.update(orderId, (current) => refunded(current, refund));
    if (!order) throw noOrder();
    response.status(201).location(`/orders/${orderId}/refunds/${refund.id}`).json(refund);
  });

  router.get("/", async (request, response) => {
    const order = await store.get(request.params.id);
    if (!order) throw noOrder();
    response.json({ refunds: order.refunds ?? [] });
  });

  router.get("/:refundId", async (request, response) => {
    const order = await store.get(request.params.id);
    const refund = order?.refunds?.find((each) => each.id === request.params.refundId);
    if (!refund) throw new ApiError(404, "not_found", "there is no such refund");
    response.json(refund);
  });

  return router;
}

function checked(body) {
  const { amount, reason } = body ?? {};
  if (!Number.isSafeInteger(amount) || amount <= 0) {
    throw new ApiError(422, "invalid", "amount must be a whole number above 0");
  }
  const text = typeof reason === "string" ? reason.trim() : "";
  if (text.length < 1 || text.length > 200) {
    throw new ApiError(422, "invalid", "reason must have 1 to 200 characters");
  }
  return { amount, reason: text };
}

/** Runs inside of `update`, so that two refunds cannot both see the same rest. */
function refunded(order, refund) {
  if (order.status !== "paid") throw new ApiError(409, "not_paid", "the order is not paid");
  const refunds = [...(order.refunds ?? []), refund];
  const sum = refunds.reduce((total, each) => total + each.amount, 0);
  if (sum > order.total) throw new ApiError(409, "exceeds_total", "the refunds would exceed the total");
  return { ...order, refunds, status: sum === order.total ? "refunded" : order.status };
}
