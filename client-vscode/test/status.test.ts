import { describe, expect, it } from "vitest";
import type { Session } from "../src/protocol";
import { Sessions } from "../src/sessions";
import { shown } from "../src/status";
import { caller, session, USAGE } from "./samples";

async function knowing(...listed: Session[]) {
  const sessions = new Sessions(caller({ listSessions: () => listed }));
  await sessions.refresh();
  return sessions;
}

describe("the status bar", () => {
  it.each([
    ["stopped", "$(circle-slash) Specialist", "The server does not run."],
    ["starting", "$(loading~spin) Specialist", "Starting."],
    ["running", "$(server-process) Specialist", "Ready."],
  ] as const)("says that the server is %s", async (life, text, tooltip) => {
    expect(shown(life, await knowing())).toEqual({ text, tooltip, waiting: false });
  });

  it("says what runs and what it has cost, where every price is known", async () => {
    const free = session({ sessionId: "s2", usage: { ...USAGE, cost: null } });
    expect(shown("running", await knowing(session())).text).toBe(
      "$(sync~spin) Specialist: working $0.012",
    );
    expect(shown("running", await knowing(session(), free)).text).toBe(
      "$(sync~spin) Specialist: working",
    );
  });

  it("says first of all that the user is waited for", async () => {
    const asked = session({ sessionId: "s2", actions: ["review", "cancel"] });
    const sessions = await knowing(session(), asked);
    const { text, tooltip, waiting } = shown("running", sessions);
    expect(text).toContain("waiting for you");
    expect([tooltip, waiting]).toEqual(["1 waiting for your answer.", true]);
  });
});
