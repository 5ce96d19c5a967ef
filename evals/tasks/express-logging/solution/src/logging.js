const SECRETS = new Set(["password", "token", "authorization", "secret", "cardnumber"]);
const REQUEST_ID = /^[A-Za-z0-9._-]{1,64}$/;

/** Middleware: gives each request its id and its log, and writes a line when it is over. */
export function logRequests({ write, now, newId }) {
  return (request, response, next) => {
    const began = now();
    const given = request.get("X-Request-Id") ?? "";
    const requestId = REQUEST_ID.test(given) ? given : newId();
    request.log = logger({ write, now, requestId });
    response.set("X-Request-Id", requestId);
    // A response is closed once, finished or not.
    response.on("close", () => {
      const aborted = !response.writableFinished;
      request.log[aborted ? "warn" : level(response.statusCode)]("request", {
        method: request.method,
        path: request.originalUrl.split("?")[0],
        route: request.route ? request.baseUrl + request.route.path : null,
        status: response.statusCode,
        durationMs: now() - began,
        userAgent: request.get("User-Agent") ?? null,
        ...(aborted && { aborted }),
      });
    });
    next();
  };
}

const level = (status) => (status < 400 ? "info" : status < 500 ? "warn" : "error");

function logger({ write, now, requestId }) {
  const line = (level) => (message, fields = {}) => {
    const standard = { time: now().toISOString(), level, message, requestId };
    write(`${JSON.stringify({ ...standard, ...writable(fields), ...standard })}\n`);
  };
  return { info: line("info"), warn: line("warn"), error: line("error") };
}

/** A copy that JSON can hold, without secrets; `above` are the objects that this one is in. */
function writable(value, above = []) {
  if (typeof value === "bigint" || typeof value === "function" || typeof value === "symbol") return String(value);
  if (typeof value !== "object" || value === null) return value;
  if (above.includes(value)) return "[circular]";
  try {
    if (value instanceof Error) return `${value.name}: ${value.message}`;
    if (typeof value.toJSON === "function") return writable(value.toJSON(), [...above, value]);
    if (Array.isArray(value)) return value.map((each) => writable(each, [...above, value]));
    return Object.fromEntries(Object.keys(value).map((key) => [key, member(value, key, above)]));
  } catch {
    return "[cannot be written]";
  }
}

function member(value, key, above) {
  if (SECRETS.has(key.toLowerCase())) return "[redacted]";
  try {
    return writable(value[key], [...above, value]);
  } catch {
    return "[cannot be written]";
  }
}
