/**
 * A question as a notification.
 *
 * Owns that nothing is answered unread: what a notification would cut is shown whole, in a dialog, before there is a
 * button to agree with.
 */
import { window } from "vscode";
import { message } from "./words";

/** VS Code itself cuts a notification at 1,000 characters. */
const MOST = 600;
const SHOW_ALL = "Show All…";

export interface Question {
  title: string;
  /** One line, as long as it is. */
  text: string;
  buttons: readonly string[];
  /** The button that needs no reading. */
  refusal?: string;
  warns?: boolean;
}

/** Give the button that was pressed. */
export async function ask(question: Question): Promise<string | undefined> {
  const { title, text, buttons, refusal } = question;
  const show = question.warns ? window.showWarningMessage : window.showInformationMessage;
  if (text.length <= MOST) return show(text, ...buttons);
  const start = `${message(text, 200)} (${text.length} characters)`;
  const choice = await show(start, SHOW_ALL, ...(refusal ? [refusal] : []));
  if (choice !== SHOW_ALL) return choice;
  return show(message(title, 100), { modal: true, detail: text }, ...buttons);
}
