export class HttpError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}

export const notFound = (what: string) => new HttpError(404, "not_found", `There is no such ${what}.`);
export const unauthorised = () => new HttpError(401, "unauthorised", "Sign in first.");
