import { ApiError } from "./errors.js";

export const SIZES = ["S", "M", "L"];
export const STATUSES = ["announced", "travelling", "delivered"];
const MEMBERS = ["recipient", "size", "grams", "note"];

/** Gives the parcel that a body describes; the note may be missing or null. */
export function checkedParcel(body) {
  if (typeof body !== "object" || body === null || Array.isArray(body)) throw new ApiError(422, "send an object");
  const other = Object.keys(body).find((key) => !MEMBERS.includes(key));
  if (other !== undefined) throw new ApiError(422, `unknown member ${other}`);
  const { recipient, size, grams, note = null } = body;
  if (typeof recipient !== "string" || recipient.length < 1 || recipient.length > 80) {
    throw new ApiError(422, "recipient must have 1 to 80 characters");
  }
  if (!SIZES.includes(size)) throw new ApiError(422, `size must be one of ${SIZES.join(", ")}`);
  if (!Number.isInteger(grams) || grams < 1 || grams > 30_000) throw new ApiError(422, "grams must be 1 to 30000");
  if (note !== null && (typeof note !== "string" || note.length > 200)) throw new ApiError(422, "note is too long");
  return { recipient, size, grams, note };
}
