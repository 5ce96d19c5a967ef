// A server of the tests. Each of its lives behaves as its next argument says, the last one for ever.
import { appendFileSync, existsSync, readFileSync } from "node:fs";

appendFileSync("pids", `${process.pid}\n`);
const life = readFileSync("pids", "utf8").trim().split("\n").length;
const behaviour = process.argv[Math.min(life + 1, process.argv.length - 1)];

const immune = ["hangs", "mute"].includes(behaviour);
if (immune) process.on("SIGTERM", () => {});
if (behaviour === "broken") {
  console.error("No module named backend_specialist");
  process.exit(1);
}
if (behaviour === "mute") setInterval(() => {}, 60_000);

function send(message) {
  const body = JSON.stringify({ jsonrpc: "2.0", ...message });
  process.stdout.write(`Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
}

function hear({ id, method }) {
  if (method) appendFileSync("heard", `${method}\n`);
  if (behaviour === "mute") return;
  if (method === "initialize" && behaviour === "refuses") {
    send({ id, error: { code: -32603, message: "The state directory is not yours." } });
  } else if (method === "initialize") {
    const executeCommandProvider = { commands: ["backendSpecialist.run"] };
    const workspace = { workspaceFolders: { supported: true, changeNotifications: true } };
    send({ id, result: { capabilities: { executeCommandProvider, workspace } } });
  } else if (method === "workspace/executeCommand") {
    if (behaviour === "hangs") {
      appendFileSync("hung", "");
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
    }
    if (behaviour === "crashes") {
      console.error("I crash.");
      process.exit(3);
    }
    if (behaviour === "forbids") {
      send({ id, error: { code: -32602, message: "The selection is too long. Select less." } });
    } else if (behaviour === "lists") {
      if (existsSync("sessions.json")) {
        send({ id, result: JSON.parse(readFileSync("sessions.json", "utf8")) });
      } else send({ id, error: { code: -32603, message: "The sessions cannot be read." } });
    } else send({ id, result: [process.pid] });
  } else if (method === "exit") {
    process.exit(0);
  } else if (id !== undefined && method) {
    send({ id, result: null });
  }
}

let waiting = "";
process.stdin.setEncoding("latin1").on("data", (data) => {
  waiting += data;
  for (;;) {
    const [head, length] = /^Content-Length: (\d+)\r\n\r\n/.exec(waiting) ?? [];
    const end = head?.length + Number(length);
    if (!head || waiting.length < end) return;
    const message = JSON.parse(waiting.slice(head.length, end));
    waiting = waiting.slice(end);
    hear(message);
  }
});
