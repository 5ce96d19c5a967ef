/** An error with an answer: `{"error": {"message"}}`. */
export class ApiError extends Error {
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

/** Refuses requests without the key in the header X-Api-Key. */
export const needsKey = (key) => (request, response, next) => {
  next(request.get("X-Api-Key") === key ? undefined : new ApiError(401, "a key is needed"));
};

// Express knows an error handler by its four parameters.
export function answerErrors(error, request, response, _next) {
  response.status(error.status ?? 500).json({ error: { message: error.message } });
}
