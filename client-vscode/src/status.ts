/**
 * The item in the status bar.
 *
 * Owns what it says. A click opens the menu.
 */
import { StatusBarAlignment, type StatusBarItem, ThemeColor, window } from "vscode";
import { OWN } from "./protocol";
import type { Life } from "./server";
import type { Sessions } from "./sessions";
import { cost } from "./words";

export interface Shown {
  text: string;
  tooltip: string;
  waiting: boolean;
}

/** What the item says of a state. */
export function shown(life: Life, sessions: Sessions): Shown {
  if (life === "starting") {
    return { text: "$(loading~spin) Specialist", tooltip: "Starting.", waiting: false };
  }
  if (life === "stopped") {
    const tooltip = "The server does not run.";
    return { text: "$(circle-slash) Specialist", tooltip, waiting: false };
  }
  const active = sessions.withAction("cancel");
  const waiting = sessions.withAction("review").length + sessions.withAction("answer").length;
  const spent = cost(active.map((session) => session.usage));
  const price = spent ? ` ${spent}` : "";
  if (waiting > 0) {
    const text = `$(bell-dot) Specialist: waiting for you${price}`;
    return { text, tooltip: `${waiting} waiting for your answer.`, waiting: true };
  }
  if (active.length > 0) {
    const text = `$(sync~spin) Specialist: working${price}`;
    return { text, tooltip: `${active.length} running.`, waiting: false };
  }
  return { text: "$(server-process) Specialist", tooltip: "Ready.", waiting: false };
}

export class StatusBar {
  private readonly item: StatusBarItem;

  constructor() {
    this.item = window.createStatusBarItem(`${OWN}status`, StatusBarAlignment.Left);
    this.item.name = "Backend Specialist";
    this.item.command = `${OWN}menu`;
    this.item.show();
  }

  render({ text, tooltip, waiting }: Shown): void {
    this.item.text = text;
    this.item.tooltip = `Backend Specialist. ${tooltip}`;
    this.item.backgroundColor = waiting
      ? new ThemeColor("statusBarItem.warningBackground")
      : undefined;
  }

  dispose(): void {
    this.item.dispose();
  }
}
