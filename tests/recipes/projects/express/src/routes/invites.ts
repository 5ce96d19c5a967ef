import type { PrismaClient } from "@prisma/client";
import { Router } from "express";

export function invites(prisma: PrismaClient) {
  const router = Router();

  router.get("/:token", async (req, res) => {
    const invite = await prisma.invite.findUnique({
      where: { token: req.params.token },
      include: { project: { select: { name: true } } },
    });
    res.json({ project: invite?.project.name });
  });

  return router;
}
