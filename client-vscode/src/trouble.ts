/**
 * What went wrong, as the user is told of it.
 *
 * Owns its words and its line in the log. Decides nothing about it.
 */
import { type LogOutputChannel, window } from "vscode";
import { message } from "./words";

export function text(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Show an error; gives the button that the user chose. */
export async function tell(
  error: unknown,
  log: LogOutputChannel,
  ...buttons: string[]
): Promise<string | undefined> {
  log.error(text(error));
  return window.showErrorMessage(`Backend Specialist: ${message(text(error))}`, ...buttons);
}
