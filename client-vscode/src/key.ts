/**
 * The API key of the user.
 *
 * Owns its place in the secret storage. The key leaves it only into the environment of the server's process.
 */
import { type SecretStorage, window } from "vscode";

const NAME = "anthropicApiKey";

export class ApiKey {
  constructor(private readonly secrets: SecretStorage) {}

  /** What the server's environment gets. */
  async environment(): Promise<Record<string, string>> {
    const key = await this.secrets.get(NAME);
    return key ? { ANTHROPIC_API_KEY: key } : {};
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
    await this.secrets.store(NAME, key);
    return true;
  }

  async remove(): Promise<void> {
    await this.secrets.delete(NAME);
  }
}
