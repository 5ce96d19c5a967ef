/** An error with an answer: `{"error": code}`. */
export class HttpError extends Error {
  constructor(status, code) {
    super(code);
    this.status = status;
  }
}

// Express knows an error handler by its four parameters.
export function answerErrors(error, request, response, _next) {
  const known = error instanceof HttpError;
  response.status(known ? error.status : 500).json({ error: known ? error.message : "internal" });
}
