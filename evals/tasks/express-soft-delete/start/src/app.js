import express from "express";
import { ApiError, answerErrors } from "./errors.js";
import { Documents } from "./documents.js";

/** Builds the service with no documents; `now` gives a Date. */
export function createApp({ now = () => new Date() } = {}) {
  const app = express();
  const documents = new Documents(now);
  app.use(express.json());

  app.get("/documents", (request, response) => {
    const found = documents.search(String(request.query.q ?? ""));
    response.json({ documents: found, total: found.length });
  });

  app.post("/documents", (request, response) => {
    response.status(201).json(documents.add(named(request.body)));
  });

  app.get("/documents/:id", (request, response) => {
    response.json(documents.get(request.params.id));
  });

  app.patch("/documents/:id", (request, response) => {
    response.json(documents.rename(request.params.id, named(request.body)));
  });

  app.delete("/documents/:id", (request, response) => {
    documents.remove(request.params.id);
    response.status(204).end();
  });

  app.use(answerErrors);
  return app;
}

function named(body) {
  if (typeof body?.name !== "string" || body.name === "") throw new ApiError(422, "bad_name");
  return body.name;
}
