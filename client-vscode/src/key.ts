/**
 * The API key of the user.
 *
 * Owns its place in the secret storage. The key leaves it only into the environment of the server's process.
 */
import { type SecretStorage, type SecretStorageChangeEvent, window } from "vscode";

const NAME = "anthropicApiKey";
const REMOVE = "Remove";

export class ApiKey {
  /** The key that this window has last dealt with, by a start or by a question; nothing before its first start. */
  private given: { key: string | undefined } | undefined;

  constructor(private readonly secrets: SecretStorage) {}

  /** What the server's environment gets. */
  async environment(): Promise<Record<string, string>> {
    const key = await this.secrets.get(NAME);
    this.given = { key };
    return key ? { ANTHROPIC_API_KEY: key } : {};
  }

  /** Whether a change of the storage leaves the server of this window with an old key: another window has made it. */
  async outdated(change: SecretStorageChangeEvent): Promise<boolean> {
    if (change.key !== NAME || !this.given) return false;
    const key = await this.secrets.get(NAME);
    const outdated = key !== this.given.key;
    this.given = { key };
    return outdated;
  }

  /** Ask for a key and keep it; `false` when the user gave none. */
  async ask(): Promise<boolean> {
    const given = await window.showInputBox({
      title: "Backend Specialist: API Key",
      prompt: "Kept in the secret storage of this editor. The server is started again with it.",
      placeHolder: "sk-ant-…",
      password: true,
      ignoreFocusOut: true,
      validateInput: (text) => (/^[\x21-\x7e]*$/.test(text.trim()) ? "" : "A key has no spaces."),
    });
    const key = given?.trim();
    if (!key) return false;
    this.given = { key };
    await this.secrets.store(NAME, key);
    return true;
  }

  /** Remove the key, for which `running` sessions are interrupted; `false` when it stays, or there is none. */
  async remove(running: number): Promise<boolean> {
    if (!(await this.secrets.get(NAME))) {
      void window.showInformationMessage("Backend Specialist: no API key is stored here.");
      return false;
    }
    if (running > 0 && !(await mayInterrupt(running))) return false;
    this.given = { key: undefined };
    await this.secrets.delete(NAME);
    void window.showInformationMessage("Backend Specialist: the API key is removed.");
    return true;
  }
}

async function mayInterrupt(running: number): Promise<boolean> {
  const sessions =
    running === 1 ? "The session that runs is" : `The ${running} sessions that run are`;
  const detail = `The server starts again without it. ${sessions} interrupted, and can be continued.`;
  const question = "Remove the API key?";
  return (await window.showWarningMessage(question, { modal: true, detail }, REMOVE)) === REMOVE;
}
