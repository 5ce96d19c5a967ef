/**
 * The Refactor Preview, while an edit of the server is in it.
 *
 * Owns that it closes when the server withdraws that edit: left open it could still apply what was given up. Knows no
 * session: whose edit is in there, and whether it still is, only its own request can say.
 */
import { CancellationTokenSource, commands } from "vscode";
import type {
  ApplyWorkspaceEditParams,
  ApplyWorkspaceEditResult,
  CancellationToken,
  HandlerResult,
  RequestCancellationReceiverStrategy,
} from "vscode-languageclient/node";

type Applied = HandlerResult<ApplyWorkspaceEditResult, void>;

export class Preview {
  /** By the parameters of each request: the library hands on those, and not whether the request was withdrawn. */
  private readonly tokens = new WeakMap<object, CancellationToken>();
  private closing: Thenable<unknown> = Promise.resolve();

  /** For the connection: makes what tells that a request is withdrawn. */
  readonly receiver: RequestCancellationReceiverStrategy = {
    kind: "request",
    createCancellationTokenSource: ({ params }) => {
      const source = new CancellationTokenSource();
      if (params) this.tokens.set(params, source.token);
      return source;
    },
  };

  /** Have an edit applied; one that is asked about by preview is in it until there is an answer. */
  async during(params: ApplyWorkspaceEditParams, apply: () => Applied): Promise<Awaited<Applied>> {
    const withdrawn = params.edit.changeAnnotations && this.tokens.get(params);
    if (!withdrawn) return apply();
    // The one before it may just be closing.
    await this.closing;
    if (withdrawn.isCancellationRequested) return { applied: false };
    const listening = withdrawn.onCancellationRequested(() => {
      const closed = commands.executeCommand("refactorPreview.discard");
      // Where it cannot be closed, the next edit comes all the same.
      this.closing = closed.then(undefined, () => undefined);
    });
    try {
      return await apply();
    } finally {
      listening.dispose();
    }
  }
}
