/** A foreseen error with an answer: `{"error": code}`. */
export class HttpError extends Error {
  constructor(status, code) {
    super(code);
    this.status = status;
  }
}

// Express knows an error handler by its four parameters.
export function answerErrors(error, request, response, _next) {
  if (error instanceof HttpError) {
    response.status(error.status).json({ error: error.message });
  } else {
    request.log.error("unhandled error", { error: `${error?.name}: ${error?.message}`, stack: error?.stack ?? null });
    response.status(500).json({ error: "internal" });
  }
}
