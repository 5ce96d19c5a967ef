/**
 * From a setting, an installed server or nothing to a command that starts the server.
 *
 * Owns the progress and the questions of the installation. What is installed where is `environment`'s matter.
 */
import { type ExtensionContext, ProgressLocation, Uri, window, workspace } from "vscode";
import { Environment } from "./environment";
import type { Launch } from "./process";
import { findPython } from "./python";

export class Bootstrap {
  private readonly environment: Environment;

  constructor(
    context: ExtensionContext,
    private readonly log: (line: string) => void,
  ) {
    const wheels = Uri.joinPath(context.extensionUri, "wheels").fsPath;
    this.environment = new Environment(context.globalStorageUri.fsPath, wheels, log);
  }

  /** Give what starts the server, installing it when needed. */
  async launch(signal: AbortSignal): Promise<Launch> {
    const settings = workspace.getConfiguration("backendSpecialist.client");
    const [command, ...args] = settings.inspect<string[]>("server.command")?.globalValue ?? [];
    if (command) return { command, args };
    return (await this.environment.installed()) ?? this.install(signal);
  }

  private async install(signal: AbortSignal): Promise<Launch> {
    const settings = workspace.getConfiguration("backendSpecialist.client");
    const configured = settings.inspect<string>("python")?.globalValue ?? "";
    const folders = (workspace.workspaceFolders ?? []).map((folder) => folder.uri.fsPath);
    const options = {
      location: ProgressLocation.Notification,
      title: "Backend Specialist: installing the server, once",
      cancellable: true,
    };
    return window.withProgress(options, async (progress, token) => {
      const abort = new AbortController();
      token.onCancellationRequested(() => abort.abort());
      progress.report({ message: "looking for Python" });
      const python = await findPython(configured, folders, process.env.PATH ?? "");
      this.log(`Python: ${python}`);
      progress.report({ message: "this takes about a minute" });
      return this.environment.install(python, AbortSignal.any([abort.signal, signal]));
    });
  }
}
