/**
 * The outside contract as this client uses it; `docs/protocol.md` is the reference.
 *
 * Owns the names and shapes of commands and events. Does nothing.
 */

export const EVENT = "backendSpecialist/event";
export const PREFIX = "backendSpecialist.";
/** Commands, settings and views that are this client's and not the server's. */
export const OWN = "backendSpecialist.client.";
export const PICK_RECIPE = "backendSpecialist.pickRecipe";
/** `preview`: the Refactor Preview asks, in every product that is built from VS Code. */
export const DRAWN = ["proposal", "question", "permission", "error", "preview"] as const;

export type Status =
  | "running"
  | "awaitingReview"
  | "awaitingAnswer"
  | "paused"
  | "interrupted"
  | "completed"
  | "failed"
  | "cancelled";

/** `cost` is in US dollars, `null` where the price of the model is not known. */
export interface Usage {
  inputTokens: number;
  outputTokens: number;
  cacheReadTokens: number;
  cacheWriteTokens: number;
  cost: number | null;
}

export type Result = "accepted" | "refused" | "altered" | "stale" | "failed" | "unverified";

export interface Outcome {
  path: string;
  file: string;
  hunk: string;
  result: Result;
  lines: string;
  reason: string;
}

/** What can make sense for a session: names of commands. */
export const ACTIONS = [
  "review",
  "answer",
  "cancel",
  "reply",
  "revert",
  "showTranscript",
  "showDeliverable",
  "saveDeliverable",
  "deleteSession",
] as const;
export type Action = (typeof ACTIONS)[number];

export interface Session {
  sessionId: string;
  title: string;
  agent: string;
  status: Status;
  /** Seconds since 1970. */
  startedAt: number;
  files: string[];
  outcomes: Outcome[];
  usage: Usage;
  waiting: boolean;
  deliverable: boolean;
  /** Of a session that failed. */
  error: ErrorContext | null;
  actions: Action[];
}

export interface ErrorContext {
  message: string;
  category: string;
  severity: string;
  attempts: number;
  nextSteps: string[];
}

export interface ProposedFile {
  label: string;
  uri: string;
  created: boolean;
  deleted: boolean;
  baseUri: string;
  proposedUri: string;
  hunks: { id: string }[];
}

interface Head {
  sessionId: string;
  seq: number;
}

export interface Proposal extends Head {
  kind: "proposal";
  proposalId: string;
  title: string;
  protected: string;
  added: number;
  removed: number;
  files: ProposedFile[];
}

/** A question or a permission; without options a question takes any text. */
export interface Request extends Head {
  kind: "question" | "permission";
  requestId: string;
  title: string;
  detail: string;
  options: string[];
}

export interface Failure extends Head {
  kind: "error";
  message: string;
  errorKind: string;
}

export type SessionEvent =
  | Proposal
  | Request
  | Failure
  | (Head & { kind: "status"; status: Status; reason?: string; notice?: boolean })
  | (Head & { kind: "review"; proposalId: string; outcomes: Outcome[] })
  | (Head & { kind: "usage" } & Usage)
  | (Head & { kind: "deliverable"; name: string; title: string })
  | (Head & { kind: "text"; text: string })
  | (Head & { kind: "toolCall" | "toolResult"; id: string; name: string; title: string });

export interface Recipe {
  name: string;
  title: string;
  description: string;
  source: string;
}

export interface Agent {
  name: string;
  model: string | null;
  source: string;
  permissions: Record<string, string>;
}

export interface Approval {
  approvalId: string;
  sessionId: string;
  permission: string;
  pattern: string;
}

interface Position {
  line: number;
  character: number;
}

interface Range {
  start: Position;
  end: Position;
}

/** `severity` counts from 1, an error. */
interface Diagnostic {
  message: string;
  severity: number;
  source: string;
  range: Range;
}

/** What a task is about. */
export interface Place {
  uri?: string;
  version?: number;
  range?: Range;
  diagnostics?: Diagnostic[];
}

interface RunArgument extends Place {
  recipe?: string;
  instructions?: string;
}

/** Some recipes and the place for which they were offered. */
export interface PickArgument extends Place {
  recipes: string[];
}

type Named = { sessionId: string };
type ProposalAnswer = Named & {
  proposalId: string;
  decision: "applyAll" | "review" | "reject";
  reason?: string;
};
type RequestAnswer = Named & { requestId: string; text: string };
type PermissionAnswer = Named & { requestId: string; decision: "once" | "session" | "reject" };
type Nothing = Record<string, never>;

/** Argument and result of each command that this client sends. */
export interface Calls {
  run: [RunArgument, Named];
  reply: [Named & { text: string }, Named];
  cancel: [Named, { cancelled: string[] }];
  review: [Named, Named];
  answer: [ProposalAnswer | RequestAnswer | PermissionAnswer, Named];
  revert: [Named, Named];
  listSessions: [Partial<Named>, Session[]];
  showTranscript: [Named, { uri: string }];
  showDeliverable: [Named, { uri: string }];
  saveDeliverable: [Named & { path: string }, Named];
  deleteSession: [Named, { deleted: boolean }];
  listRecipes: [{ place: Place }, Recipe[]];
  listAgents: [Nothing, Agent[]];
  useAgent: [{ agent: string }, { agent: string }];
  explainPermission: [
    { permission: string; subject: string },
    { action: string; rule: string | null; source: string },
  ];
  listApprovals: [Nothing, Approval[]];
  revokeApproval: [{ approvalId: string }, { revoked: boolean }];
}

/** Whoever passes a command on to the server. */
export interface Caller {
  call<Name extends keyof Calls>(name: Name, argument: Calls[Name][0]): Promise<Calls[Name][1]>;
}
