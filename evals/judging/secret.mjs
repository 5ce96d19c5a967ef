// The secret word that the report must carry; read before any code of the workspace runs.
import { readFileSync } from "node:fs";

export const secret = readFileSync(0, "utf8");
