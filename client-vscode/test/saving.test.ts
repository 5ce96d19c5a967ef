import { beforeEach, describe, expect, it, vi } from "vitest";
import { Saving } from "../src/saving";
import { outcome } from "./samples";
import { configure, Uri, workspace } from "./vscode";

function document(label: string, isDirty: boolean) {
  return { uri: Uri.parse(`file:///shop/${label}`), isDirty, save: vi.fn(async () => true) };
}

function edit(...labels: string[]) {
  const documentChanges = labels.map((label) => ({
    textDocument: { uri: `file:///shop/${label}`, version: 1 },
    edits: [],
  }));
  return { edit: { documentChanges } };
}

function review(...outcomes: ReturnType<typeof outcome>[]) {
  return { kind: "review", sessionId: "s1", seq: 1, proposalId: "p1", outcomes } as const;
}

const WANTED = "backendSpecialist.client.saveAfterApply";

describe("saving after edits", () => {
  beforeEach(() => {
    workspace.textDocuments = [];
    configure({ [WANTED]: true });
  });

  it("saves what was accepted", async () => {
    const file = document("app/main.py", false);
    workspace.textDocuments = [file];
    const saving = new Saving();
    saving.before(edit("app/main.py"));
    file.isDirty = true;
    await saving.hear(review(outcome("app/main.py", "accepted")));
    expect(file.save).toHaveBeenCalledOnce();
  });

  it("leaves a file alone that held unsaved changes of the user", async () => {
    const file = document("app/main.py", true);
    workspace.textDocuments = [file];
    const saving = new Saving();
    saving.before(edit("app/main.py"));
    await saving.hear(review(outcome("app/main.py", "accepted")));
    expect(file.save).not.toHaveBeenCalled();
  });

  it("leaves a file alone in which the user typed after an earlier edit of it was refused", async () => {
    const file = document("app/main.py", false);
    workspace.textDocuments = [file];
    const saving = new Saving();
    saving.before(edit("app/main.py"));
    await saving.hear(review(outcome("app/main.py", "refused")));
    file.isDirty = true;
    saving.before(edit("app/main.py"));
    await saving.hear(review(outcome("app/main.py", "accepted")));
    expect(file.save).not.toHaveBeenCalled();
  });

  it("leaves other files and refused edits alone", async () => {
    const [refused, other] = [document("a.py", false), document("b.py", false)];
    workspace.textDocuments = [refused, other];
    const saving = new Saving();
    saving.before(edit("a.py"));
    refused.isDirty = other.isDirty = true;
    await saving.hear(review(outcome("a.py", "refused"), outcome("b.py", "accepted")));
    expect([refused.save, other.save].map((save) => save.mock.calls.length)).toEqual([0, 0]);
  });

  it("tells files of the same name in two folders apart", async () => {
    const [here, there] = [document("app/main.py", false), document("old/app/main.py", false)];
    workspace.textDocuments = [there, here];
    const saving = new Saving();
    saving.before(edit("app/main.py"));
    saving.before(edit("old/app/main.py"));
    here.isDirty = there.isDirty = true;
    await saving.hear(review(outcome("app/main.py", "accepted")));
    expect([here.save, there.save].map((save) => save.mock.calls.length)).toEqual([1, 0]);
  });

  it.each([
    ["nobody asks for it", {}, {}],
    ["it is set to what is not true", { [WANTED]: "false" }, {}],
    ["only the workspace asks for it", {}, { [WANTED]: true }],
  ])("is off when %s", async (_, user, ofWorkspace) => {
    configure(user, ofWorkspace);
    const file = document("app/main.py", false);
    workspace.textDocuments = [file];
    const saving = new Saving();
    saving.before(edit("app/main.py"));
    file.isDirty = true;
    await saving.hear(review(outcome("app/main.py", "accepted")));
    expect(file.save).not.toHaveBeenCalled();
  });
});
