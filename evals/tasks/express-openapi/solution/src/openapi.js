import { readFileSync } from "node:fs";
import { SIZES, STATUSES } from "./parcels.js";

const { version } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8"));

const use = (name) => ({ $ref: `#/components/schemas/${name}` });
const json = (schema) => ({ "application/json": { schema } });
const body = (name) => ({ required: true, content: json(use(name)) });
const gives = (description, name, headers) => ({ description, content: json(use(name)), ...(headers && { headers }) });
const error = (description) => gives(description, "Error");
const closed = (properties, required = Object.keys(properties)) => ({
  type: "object",
  properties,
  required,
  additionalProperties: false,
});

const id = { name: "id", in: "path", required: true, schema: { type: "integer", minimum: 1 } };
const security = [{ key: [] }];
const noJson = error("The body is no JSON.");
const noKey = error("The key is missing or wrong.");
const noParcel = error("There is no such parcel.");

const parcel = {
  recipient: { type: "string", minLength: 1, maxLength: 80 },
  size: { type: "string", enum: SIZES },
  grams: { type: "integer", minimum: 1, maximum: 30_000 },
  note: { type: ["string", "null"], maxLength: 200 },
};

/** What GET /openapi.json gives. The lists of values are those of the handlers. */
export const description = {
  openapi: "3.1.0",
  info: { title: "Parcels", version },
  paths: {
    "/health": {
      get: {
        operationId: "getHealth",
        summary: "Whether the service is up",
        responses: { 200: gives("It is.", "Health"), 400: noJson },
      },
    },
    "/parcels": {
      get: {
        operationId: "listParcels",
        summary: "List parcels",
        parameters: [
          { name: "limit", in: "query", required: false, schema: { type: "integer", minimum: 1, maximum: 100, default: 20 } },
          { name: "status", in: "query", required: false, schema: use("Status") },
        ],
        responses: { 200: gives("Parcels and their number.", "Parcels"), 400: noJson, 422: error("A parameter is not valid.") },
      },
      post: {
        operationId: "addParcel",
        summary: "Announce a parcel",
        security,
        requestBody: body("NewParcel"),
        responses: {
          201: gives("The parcel.", "Parcel", { Location: { schema: { type: "string" } } }),
          400: noJson,
          401: noKey,
          422: error("The parcel is not valid."),
        },
      },
    },
    "/parcels/{id}": {
      get: {
        operationId: "getParcel",
        summary: "Get a parcel",
        parameters: [id],
        responses: { 200: gives("The parcel.", "Parcel"), 400: noJson, 404: noParcel },
      },
      delete: {
        operationId: "deleteParcel",
        summary: "Take back a parcel that is not under way",
        security,
        parameters: [id],
        responses: {
          204: { description: "It is gone." },
          400: noJson,
          401: noKey,
          404: noParcel,
          409: error("The parcel is under way."),
        },
      },
    },
    "/parcels/{id}/status": {
      put: {
        operationId: "setStatus",
        summary: "Say where a parcel is",
        security,
        parameters: [id],
        requestBody: body("NewStatus"),
        responses: {
          200: gives("The parcel.", "Parcel"),
          400: noJson,
          401: noKey,
          404: noParcel,
          422: error("There is no such status."),
        },
      },
    },
  },
  components: {
    securitySchemes: { key: { type: "apiKey", in: "header", name: "X-Api-Key" } },
    schemas: {
      Status: { type: "string", enum: STATUSES },
      NewParcel: closed(parcel, ["recipient", "size", "grams"]),
      Parcel: closed({ id: { type: "integer", minimum: 1 }, ...parcel, status: use("Status") }),
      Parcels: closed({
        parcels: { type: "array", items: use("Parcel"), maxItems: 100 },
        total: { type: "integer", minimum: 0 },
      }),
      NewStatus: { type: "object", properties: { status: use("Status") }, required: ["status"] },
      Health: closed({ status: { type: "string", enum: ["ok"] } }),
      Error: closed({ error: closed({ message: { type: "string" } }) }),
    },
  },
};
