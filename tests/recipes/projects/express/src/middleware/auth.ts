import type { PrismaClient, User } from "@prisma/client";
import type { RequestHandler } from "express";
import { createRemoteJWKSet, jwtVerify } from "jose";
import { unauthorised } from "../errors.js";

declare global {
  namespace Express {
    interface Request {
      user: User;
    }
  }
}

const keys = createRemoteJWKSet(new URL(process.env.JWKS_URL ?? "https://id.example.com/jwks"));

/** Puts the signed-in user on the request, or answers 401. */
export function authenticate(prisma: PrismaClient): RequestHandler {
  return async (req, _res, next) => {
    const token = req.get("authorization")?.replace(/^Bearer /, "") ?? "";
    const verified = await jwtVerify(token, keys, {
      algorithms: ["RS256"],
      audience: "projects-api",
      issuer: "https://id.example.com",
    }).catch(() => null);
    const id = verified?.payload.sub;
    const user = id ? await prisma.user.findUnique({ where: { id } }) : null;
    if (!user || user.disabled) return next(unauthorised());
    req.user = user;
    next();
  };
}
