/** One group of editors as VS Code has it: a preview gives way to what opens next. */
import { commands, window } from "./vscode";

interface Tab {
  label: string;
  input: unknown;
  isPreview: boolean;
}

/** `before` and `after` are what happens while a diff opens. */
export function tabs({ before = async () => {}, after = () => {} } = {}) {
  const all: Tab[] = [];
  const open = (label: string, input: unknown = { textDiffs: [] }) => {
    const old = all.findIndex((tab) => tab.isPreview);
    if (old >= 0) all.splice(old, 1);
    all.push({ label, input, isPreview: true });
    window.tabGroups.activeTabGroup.activeTab = all.at(-1);
  };
  const restore = (label: string, input: unknown) => all.push({ label, input, isPreview: false });
  const keep = () => {
    const active = window.tabGroups.activeTabGroup.activeTab as Tab;
    active.isPreview = false;
  };
  window.tabGroups.all = [{ tabs: all }];
  window.tabGroups.close.mockImplementation(async (closed) => {
    for (const tab of closed as Tab[]) all.splice(all.indexOf(tab), 1);
  });
  commands.executeCommand.mockImplementation(async (name, title, resources) => {
    if (name === "workbench.action.keepEditor") keep();
    if (name !== "vscode.changes") return;
    await before();
    open(`${title} (${(resources as unknown[]).length} files)`);
    after();
  });
  return { open, restore, labels: () => all.map((tab) => tab.label) };
}
