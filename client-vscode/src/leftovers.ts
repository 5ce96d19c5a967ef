/**
 * What the server that ended has left: proposals that wait, and sessions that broke off.
 *
 * Owns which of them the user is asked about again when the next server starts: what this window was at, else only the
 * newest proposal. The others are counted, and wait in the sessions view.
 */
import { commands, type LogOutputChannel, window } from "vscode";
import { type Caller, OWN } from "./protocol";
import type { Sessions } from "./sessions";
import { message, plural } from "./words";

const SHOW = "Show Sessions";
const GO_ON = ["Continue", "Go on where you were interrupted."] as const;

/** Read the sessions of a server that has just started, and ask about what was left. */
export async function recall(
  server: Caller,
  sessions: Sessions,
  log: Pick<LogOutputChannel, "warn">,
  failed: (error: unknown) => void,
): Promise<void> {
  const before = new Set(sessions.withAction("cancel").map((session) => session.sessionId));
  await sessions.refresh();
  const left = sessions.all.filter(({ status }) => status === "interrupted");
  const waiting = left.filter((session) => session.waiting);
  const known = waiting.filter(({ sessionId }) => before.has(sessionId));
  const opened = known.length > 0 ? known : waiting.slice(0, 1);
  for (const { sessionId } of opened) {
    // Another window may be quicker, and what arrived after all waits no more.
    server.call("review", { sessionId }).catch((error) => log.warn(`${error}`));
  }
  if (known.length === 0 && waiting.length > 1) count(waiting.length - 1).catch(failed);
  for (const { sessionId, title, ...session } of left) {
    if (session.waiting || !before.has(sessionId)) continue;
    const text = `The server ended while “${message(title, 60)}” was running.`;
    offer(server, sessionId, text, ...GO_ON).catch(failed);
  }
}

async function count(others: number): Promise<void> {
  const text = `Backend Specialist: ${plural(others, "more proposal")} from before can be reviewed.`;
  if ((await window.showInformationMessage(text, SHOW)) !== SHOW) return;
  await commands.executeCommand(`${OWN}sessions`);
}

/** Ask whether a session goes on; with the button the model is told so. */
export async function offer(
  server: Caller,
  sessionId: string,
  question: string,
  button: string,
  text: string,
): Promise<void> {
  if ((await window.showInformationMessage(question, button)) !== button) return;
  await server.call("reply", { sessionId, text });
}
