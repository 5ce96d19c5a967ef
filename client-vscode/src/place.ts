/**
 * What a task is about: the file that the user looks at, what they selected in it, and what is said to be wrong there.
 *
 * Owns its reading from the editor. Decides nothing about it.
 */
import { type Diagnostic, languages, type Range, type TextEditor, Uri, workspace } from "vscode";
import type { Place } from "./protocol";

const MOST_DIAGNOSTICS = 20;

export function placeOf(editor: TextEditor | undefined): Place {
  if (!editor || !["file", "untitled"].includes(editor.document.uri.scheme)) return {};
  const { document, selection } = editor;
  const diagnostics = languages
    .getDiagnostics(document.uri)
    .filter(({ range }) => range.intersection(selection))
    .slice(0, MOST_DIAGNOSTICS)
    .map(diagnosticOf);
  const place = { uri: document.uri.toString(), diagnostics };
  // A version says to which text a range belongs; where nothing is selected, the file is meant as it is then.
  if (selection.isEmpty) return place;
  return { ...place, version: document.version, range: rangeOf(selection) };
}

/** What the user is told of it before they write the task. */
export function described({ uri, range, diagnostics = [] }: Place): string {
  if (!uri) return "It is about this workspace.";
  const name = workspace.asRelativePath(Uri.parse(uri));
  const about = range
    ? `It is about the code selected in ${name}.`
    : `It is about this workspace; the specialist is told that you are in ${name}.`;
  return diagnostics.length ? `${about} The problems reported there are sent along.` : about;
}

function diagnosticOf({ message, severity, source = "", range }: Diagnostic) {
  // VS Code counts severities from 0, the protocol from 1.
  return { message, severity: severity + 1, source, range: rangeOf(range) };
}

function rangeOf({ start, end }: Range) {
  return {
    start: { line: start.line, character: start.character },
    end: { line: end.line, character: end.character },
  };
}
