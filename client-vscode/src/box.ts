/**
 * A box for a text of the user.
 *
 * Owns that no text is lost: one that could not be used comes back into the box, with the reason.
 */
import { type InputBoxOptions, window } from "vscode";
import { text } from "./trouble";
import { message } from "./words";

/** Have the user write and use it; `box` is asked anew each time. Escape ends it. */
export async function write(
  box: () => InputBoxOptions & { prompt: string },
  use: (written: string) => Promise<unknown>,
  value = "",
  trouble = "",
): Promise<void> {
  const shown = box();
  const prompt = `${trouble} ${shown.prompt}`.trim();
  const written = await window.showInputBox({ ...shown, prompt, value, ignoreFocusOut: true });
  if (written === undefined) return;
  try {
    await use(written);
  } catch (error) {
    await write(box, use, written, message(text(error)));
  }
}
