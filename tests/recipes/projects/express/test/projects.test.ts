import type { PrismaClient } from "@prisma/client";
import express from "express";
import request from "supertest";
import { expect, it, vi } from "vitest";
import { projects } from "../src/routes/projects.js";

export function signedIn(prisma: object, user = { id: "u1", role: "MEMBER" }) {
  const app = express();
  app.use(express.json());
  app.use((req, _res, next) => {
    Object.assign(req, { user });
    next();
  });
  app.use("/projects", projects(prisma as PrismaClient));
  return app;
}

it("creates a project for the user who asks", async () => {
  const create = vi.fn(async ({ data }) => ({ id: "p1", ...data }));
  const app = signedIn({ project: { create } });
  const answer = await request(app).post("/projects").send({ name: " Apollo " });
  expect(answer.status).toBe(201);
  expect(create).toHaveBeenCalledWith({ data: { name: "Apollo", ownerId: "u1" } });
});
