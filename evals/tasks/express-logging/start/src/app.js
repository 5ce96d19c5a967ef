import express from "express";
import { HttpError, answerErrors } from "./errors.js";

/**
 * Builds the service. `write` takes a line of the log, `now` gives a Date, `newId` a string. `routes` adds further routes
 * (for plugins): it gets the app.
 */
export function createApp({ write, now = () => new Date(), newId = () => crypto.randomUUID(), routes = () => {} }) {
  const app = express();
  const users = new Map();
  app.use(express.json());

  app.post("/users", (request, response) => {
    const user = { id: String(users.size + 1), ...request.body };
    console.log("created", user);
    users.set(user.id, user);
    response.status(201).json({ id: user.id });
  });

  app.get("/users/:id", async (request, response) => {
    await new Promise((resolve) => setImmediate(resolve));
    const user = users.get(request.params.id);
    if (!user) throw new HttpError(404, "no_such_user");
    console.log("fetched", request.params.id);
    response.json({ id: user.id, name: user.name });
  });

  routes(app);
  app.use(answerErrors);
  return app;
}
