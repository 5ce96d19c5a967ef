import express, { type NextFunction, type Request, type Response } from "express";
import type { PrismaClient } from "@prisma/client";
import { HttpError } from "./errors.js";
import { authenticate } from "./middleware/auth.js";
import { invites } from "./routes/invites.js";
import { projects } from "./routes/projects.js";

export function createApp(prisma: PrismaClient) {
  const app = express();
  app.use(express.json({ limit: "100kb" }));
  app.use("/invites", invites(prisma));
  app.use("/projects", authenticate(prisma), projects(prisma));
  app.use((error: unknown, _req: Request, res: Response, next: NextFunction) => {
    if (!(error instanceof HttpError)) return next(error);
    res.status(error.status).json({ error: { code: error.code, message: error.message } });
  });
  return app;
}
