import { describe, expect, it } from "vitest";
import { settingsFor } from "../src/settings";

const DECLARED = {
  "backendSpecialist.agent": { scope: "window" },
  "backendSpecialist.webfetch.policy": { scope: "machine" },
  "backendSpecialist.maxCostUsd": { scope: "machine" },
  "backendSpecialist.client.server.command": { scope: "machine" },
};

describe("settings for the server", () => {
  // VS Code gives workspace values also for settings that a workspace may not have, when they are
  // written as a nested object.
  const everywhere = (key: string) => ({
    globalValue: `user ${key}`,
    workspaceValue: `repo ${key}`,
  });

  it("take from a trusted workspace only what it may say", () => {
    expect(settingsFor(DECLARED, everywhere, true)).toEqual({
      agent: "repo agent",
      "webfetch.policy": "user webfetch.policy",
      maxCostUsd: "user maxCostUsd",
    });
  });

  it("take nothing from an untrusted one", () => {
    expect(settingsFor(DECLARED, everywhere, false)).toMatchObject({ agent: "user agent" });
  });

  it("leave out what is not set, so that the server's defaults stand", () => {
    const unset = (key: string) => (key === "agent" ? { globalValue: null } : undefined);
    expect(settingsFor(DECLARED, unset, true)).toEqual({});
  });
});
