import { PassThrough } from "node:stream";
import { beforeEach, describe, expect, it, vi } from "vitest";
import {
  CancellationSenderStrategy,
  CancellationTokenSource,
  createMessageConnection,
  RequestType,
  StreamMessageReader,
  StreamMessageWriter,
} from "vscode-jsonrpc/node";
import type { ApplyWorkspaceEditParams } from "vscode-languageclient/node";
import { Preview } from "../src/preview";
import { commands } from "./vscode";

type Answer = { applied: boolean };
const APPLY = new RequestType<ApplyWorkspaceEditParams, Answer, void>("workspace/applyEdit");
const ASKED = { edit: { documentChanges: [], changeAnnotations: { 0: { label: "app/main.py" } } } };
const UNASKED = { edit: { documentChanges: [] } };

const until = (holds: () => void) => vi.waitFor(holds, 20_000);

/** A server and a client as they really speak; what the editor is asked to apply stays open until it is settled. */
function stage() {
  const [there, back] = [new PassThrough(), new PassThrough()];
  const server = createMessageConnection(
    new StreamMessageReader(back),
    new StreamMessageWriter(there),
  );
  const preview = new Preview();
  const cancellationStrategy = {
    receiver: preview.receiver,
    sender: CancellationSenderStrategy.Message,
  };
  const client = createMessageConnection(
    new StreamMessageReader(there),
    new StreamMessageWriter(back),
    undefined,
    { cancellationStrategy },
  );
  const open: ((answer: Answer) => void)[] = [];
  const apply = () => new Promise<Answer>((resolve) => open.push(resolve));
  client.onRequest(APPLY, (params) => preview.during(params, apply) as Promise<Answer>);
  client.listen();
  server.listen();
  const send = (params: ApplyWorkspaceEditParams) => {
    const source = new CancellationTokenSource();
    return { answer: server.sendRequest(APPLY, params, source.token), source };
  };
  return { send, open };
}

const discards = () =>
  commands.executeCommand.mock.calls.filter(([name]) => name === "refactorPreview.discard").length;

describe("the Refactor Preview", () => {
  beforeEach(() => {
    vi.resetAllMocks();
  });

  it("closes when the server withdraws the edit that is in it", async () => {
    const { send, open } = stage();
    commands.executeCommand.mockImplementation(async () => open[0]?.({ applied: false }));
    const { answer, source } = send(ASKED);
    await until(() => expect(open).toHaveLength(1));
    expect(discards()).toBe(0);
    source.cancel();
    expect(await answer).toEqual({ applied: false });
    expect(discards()).toBe(1);
  });

  it("stays open when another edit is withdrawn, or one that was answered", async () => {
    const { send, open } = stage();
    const first = send(ASKED);
    await until(() => expect(open).toHaveLength(1));
    open[0]?.({ applied: true });
    expect(await first.answer).toEqual({ applied: true });
    const inIt = send(ASKED);
    const unasked = send(UNASKED);
    await until(() => expect(open).toHaveLength(3));
    first.source.cancel();
    unasked.source.cancel();
    open[2]?.({ applied: true });
    await unasked.answer;
    open[1]?.({ applied: true });
    await inIt.answer;
    expect(discards()).toBe(0);
  });

  it("is free before the next edit comes into it", async () => {
    const { send, open } = stage();
    let closed = () => {};
    commands.executeCommand.mockImplementation(() => new Promise<void>((done) => (closed = done)));
    const given = send(ASKED);
    await until(() => expect(open).toHaveLength(1));
    given.source.cancel();
    const next = send(ASKED);
    const after = send(UNASKED);
    await until(() => expect(open).toHaveLength(2));
    open[1]?.({ applied: true });
    await after.answer;
    expect(open).toHaveLength(2);
    closed();
    await until(() => expect(open).toHaveLength(3));
    open[2]?.({ applied: true });
    expect(await next.answer).toEqual({ applied: true });
  });
});
