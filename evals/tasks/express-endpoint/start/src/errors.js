/** An error with an answer: `{"error": {"code", "message"}}`. */
export class ApiError extends Error {
  constructor(status, code, message) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

// Express knows an error handler by its four parameters.
export function answerErrors(error, request, response, _next) {
  const known = error instanceof ApiError || error.type === "entity.parse.failed";
  const status = known ? error.status : 500;
  const code = error.code ?? (known ? "bad_request" : "internal");
  response.status(status).json({ error: { code: known ? code : "internal", message: known ? error.message : "" } });
}
