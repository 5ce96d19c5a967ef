import type { PrismaClient } from "@prisma/client";
import { Router } from "express";
import { z } from "zod";
import { notFound } from "../errors.js";

const Input = z.object({ name: z.string().trim().min(1).max(120) }).strict();

export function projects(prisma: PrismaClient) {
  const router = Router();

  router.post("/", async (req, res) => {
    const { name } = Input.parse(req.body);
    const project = await prisma.project.create({ data: { name, ownerId: req.user.id } });
    res.status(201).json(project);
  });

  router.get("/:id", async (req, res) => {
    const project = await prisma.project.findUnique({ where: { id: req.params.id } });
    if (!project) throw notFound("project");
    res.json(project);
  });

  router.delete("/:id", async (req, res) => {
    await prisma.project.delete({ where: { id: req.params.id } });
    res.status(204).end();
  });

  return router;
}
