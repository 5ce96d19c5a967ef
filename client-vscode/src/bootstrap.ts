/**
 * From a setting, an installed server or nothing to a command that starts the server.
 *
 * Owns the progress and the questions of the installation. What is installed where is `environment`'s matter.
 */
import { type ExtensionContext, ProgressLocation, Uri, window, workspace } from "vscode";
import { Environment } from "./environment";
import type { Launch } from "./process";
import { findPython } from "./python";
import { chosenPython, serverCommand } from "./settings";

export class Bootstrap {
  constructor(
    private readonly context: ExtensionContext,
    private readonly log: (line: string) => void,
  ) {}

  /** Give what starts the server, installing it when needed. */
  async launch(signal: AbortSignal): Promise<Launch> {
    const [command, ...args] = serverCommand();
    if (command) return { command, args };
    const chosen = chosenPython();
    // What the user names is looked at also where a server is installed: else the setting would seem to be in force.
    if (chosen) await this.python(chosen);
    const environment = this.environment(chosen);
    return (await environment.installed()) ?? this.install(environment, chosen, signal);
  }

  private environment(chosen: string): Environment {
    const wheels = Uri.joinPath(this.context.extensionUri, "wheels").fsPath;
    return new Environment(this.context.globalStorageUri.fsPath, wheels, this.log, chosen);
  }

  private python(chosen: string): Promise<string> {
    const folders = (workspace.workspaceFolders ?? []).map((folder) => folder.uri.fsPath);
    return findPython(chosen, folders, process.env.PATH ?? "");
  }

  private async install(
    environment: Environment,
    chosen: string,
    signal: AbortSignal,
  ): Promise<Launch> {
    const options = {
      location: ProgressLocation.Notification,
      title: "Backend Specialist: installing the server, once",
      cancellable: true,
    };
    return window.withProgress(options, async (progress, token) => {
      const abort = new AbortController();
      token.onCancellationRequested(() => abort.abort());
      progress.report({ message: "looking for Python" });
      const python = await this.python(chosen);
      this.log(`Python: ${python}`);
      progress.report({ message: "this takes about a minute" });
      return environment.install(python, AbortSignal.any([abort.signal, signal]));
    });
  }
}
