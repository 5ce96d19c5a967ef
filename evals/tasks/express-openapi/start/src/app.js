import express from "express";
import { ApiError, answerErrors, needsKey } from "./errors.js";
import { SIZES, STATUSES, checkedParcel } from "./parcels.js";

/** Builds the service with no parcels. */
export function createApp({ apiKey }) {
  const app = express();
  const parcels = new Map();
  app.use(express.json());

  app.get("/health", (request, response) => {
    response.json({ status: "ok" });
  });

  app.get("/parcels", (request, response) => {
    const limit = Number(request.query.limit ?? 20);
    if (!Number.isInteger(limit) || limit < 1 || limit > 100) throw new ApiError(422, "limit must be 1 to 100");
    const status = request.query.status;
    if (status !== undefined && !STATUSES.includes(status)) throw new ApiError(422, "unknown status");
    const found = [...parcels.values()].filter((parcel) => !status || parcel.status === status);
    response.json({ parcels: found.slice(0, limit), total: found.length });
  });

  app.post("/parcels", needsKey(apiKey), (request, response) => {
    const parcel = { id: parcels.size + 1, ...checkedParcel(request.body), status: "announced" };
    parcels.set(parcel.id, parcel);
    response.status(201).location(`/parcels/${parcel.id}`).json(parcel);
  });

  app.get("/parcels/:id", (request, response) => {
    response.json(existing(request.params.id));
  });

  app.delete("/parcels/:id", needsKey(apiKey), (request, response) => {
    const parcel = existing(request.params.id);
    if (parcel.status !== "announced") throw new ApiError(409, "the parcel is under way");
    parcels.delete(parcel.id);
    response.status(204).end();
  });

  app.put("/parcels/:id/status", needsKey(apiKey), (request, response) => {
    const parcel = existing(request.params.id);
    if (!STATUSES.includes(request.body?.status)) throw new ApiError(422, "unknown status");
    parcel.status = request.body.status;
    response.json(parcel);
  });

  function existing(id) {
    const parcel = parcels.get(Number(id));
    if (!parcel) throw new ApiError(404, "there is no such parcel");
    return parcel;
  }

  app.use(answerErrors);
  return app;
}

export { SIZES };
