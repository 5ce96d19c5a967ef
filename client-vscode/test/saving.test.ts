import { beforeEach, describe, expect, it, vi } from "vitest";
import { Saving } from "../src/saving";
import { outcome } from "./samples";
import { configure, Uri, workspace } from "./vscode";

function document(label: string, isDirty: boolean) {
  const uri = Uri.parse(`file:///shop/${label}`);
  return { uri, isDirty, version: 1, save: vi.fn(async () => true) };
}

type File = ReturnType<typeof document>;

/** The text of files changes, by an edit or by typing. */
function change(...files: File[]): void {
  for (const file of files) {
    file.isDirty = true;
    file.version += 1;
  }
}

/** VS Code applies an edit to files that are open, or come open with it. */
function apply(saving: Saving, files: File[]): Promise<unknown> {
  const labels = files.map(({ uri }) => uri.toString().replace("file:///shop/", ""));
  return saving.during(edit(...labels), async () => {
    change(...files);
    workspace.textDocuments = [...new Set([...workspace.textDocuments, ...files])];
    return { applied: true };
  });
}

/** The Refactor Preview is discarded. */
function refuse(saving: Saving, label: string): Promise<unknown> {
  return saving.during(edit(label), async () => ({ applied: false }));
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
    await apply(saving, [file]);
    await saving.hear(review(outcome("app/main.py", "accepted")));
    expect(file.save).toHaveBeenCalledOnce();
  });

  it("leaves a file alone that held unsaved changes of the user", async () => {
    const file = document("app/main.py", true);
    workspace.textDocuments = [file];
    const saving = new Saving();
    await apply(saving, [file]);
    await saving.hear(review(outcome("app/main.py", "accepted")));
    expect(file.save).not.toHaveBeenCalled();
  });

  it("leaves a file alone in which the user typed before the edit was found applied", async () => {
    const file = document("app/main.py", false);
    workspace.textDocuments = [file];
    const saving = new Saving();
    await apply(saving, [file]);
    change(file);
    await saving.hear(review(outcome("app/main.py", "accepted")));
    expect(file.save).not.toHaveBeenCalled();
  });

  it("saves a file that the edit has created", async () => {
    const file = document("app/new.py", false);
    const saving = new Saving();
    await apply(saving, [file]);
    await saving.hear(review(outcome("app/new.py", "accepted")));
    expect(file.save).toHaveBeenCalledOnce();
  });

  it("leaves a file alone in which the user typed after an earlier edit of it was refused", async () => {
    const file = document("app/main.py", false);
    workspace.textDocuments = [file];
    const saving = new Saving();
    await refuse(saving, "app/main.py");
    await saving.hear(review(outcome("app/main.py", "refused")));
    change(file);
    await apply(saving, [file]);
    await saving.hear(review(outcome("app/main.py", "accepted")));
    expect(file.save).not.toHaveBeenCalled();
  });

  it("leaves other files and refused edits alone", async () => {
    const [refused, other] = [document("a.py", false), document("b.py", false)];
    workspace.textDocuments = [refused, other];
    const saving = new Saving();
    await refuse(saving, "a.py");
    change(refused, other);
    await saving.hear(review(outcome("a.py", "refused"), outcome("b.py", "accepted")));
    expect([refused.save, other.save].map((save) => save.mock.calls.length)).toEqual([0, 0]);
  });

  it("tells files of the same name in two folders apart", async () => {
    const [here, there] = [document("app/main.py", false), document("old/app/main.py", false)];
    workspace.textDocuments = [there, here];
    const saving = new Saving();
    await apply(saving, [here]);
    await apply(saving, [there]);
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
    await apply(saving, [file]);
    await saving.hear(review(outcome("app/main.py", "accepted")));
    expect(file.save).not.toHaveBeenCalled();
  });
});
