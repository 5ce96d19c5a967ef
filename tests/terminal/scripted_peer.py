"""A language server that plays a script: the other end of the terminal's client, without any of ours.

``python scripted_peer.py SCRIPT.json LOG.jsonl``. The script is a list of acts; it begins when a session is run.
Every message that arrives is written to the log.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

SESSION = "s1"


class Peer:
    def __init__(self, script: list[dict[str, Any]], log: str) -> None:
        self.script = script
        self.log = log
        self.numbers = 0

    def receive(self) -> dict[str, Any]:
        length = 0
        while (line := sys.stdin.buffer.readline().strip()) != b"":
            length = int(line.split(b":")[1])
        if not length:
            sys.exit(0)
        message = json.loads(sys.stdin.buffer.read(length))
        with open(self.log, "a", encoding="utf-8") as log:
            log.write(json.dumps(message) + "\n")
        return message

    def send(self, **message: Any) -> None:
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        sys.stdout.buffer.write(b"Content-Length: %d\r\n\r\n" % len(body) + body)
        sys.stdout.buffer.flush()

    def answer(self, message: dict[str, Any], result: Any) -> None:
        self.send(id=message["id"], result=result)

    def standard(self, message: dict[str, Any]) -> None:
        """Answer what every server answers."""
        method = message.get("method")
        if method == "initialize":
            self.answer(message, {"capabilities": {"positionEncoding": "utf-32"}})
        elif method == "shutdown":
            self.answer(message, None)
        elif method == "exit":
            sys.exit(0)
        elif method == "workspace/executeCommand":
            self.answer(message, self.command(message["params"]["command"]))

    def command(self, name: str) -> Any:
        if name == "backendSpecialist.showDeliverable":
            path = Path(self.log).with_name("implementation-backend.md")
            path.write_text("# Backend Implementation\n")
            return {"uri": path.as_uri()}
        return {"sessionId": SESSION}

    def wait(self, name: str) -> None:
        """Answer everything until a command of that name came."""
        while True:
            message = self.receive()
            self.standard(message)
            if (message.get("params") or {}).get("command") == f"backendSpecialist.{name}":
                return

    def play(self) -> None:
        if self.script[:1] == [{"begin": False}]:
            self.standard(self.receive())
            self.receive()
        else:
            self.wait("run")
        for act in self.script:
            self.act(act)
        while True:
            self.standard(self.receive())

    def act(self, act: dict[str, Any]) -> None:
        if "event" in act:
            params = {"sessionId": SESSION, "seq": self.numbers, **act["event"]}
            self.send(method="backendSpecialist/event", params=params)
        elif "wait" in act:
            self.wait(act["wait"])
        elif "refuse" in act:
            message = self.receive()
            self.send(id=message["id"], error={"code": -32602, "message": act["refuse"]})
        elif "request" in act:
            self.request(act["request"], act["params"])
        elif "message" in act:
            self.send(method="window/showMessage", params={"type": 1, "message": act["message"]})
        elif "raw" in act:
            sys.stdout.buffer.write(act["raw"].encode())
            sys.stdout.buffer.flush()
        elif "exit" in act:
            sys.stderr.write(act["stderr"])
            sys.stderr.flush()
            sys.exit(act["exit"])

    def request(self, method: str, params: Any) -> None:
        self.numbers += 1
        self.send(id=self.numbers, method=method, params=params)
        while True:
            message = self.receive()
            if "method" not in message and message.get("id") == self.numbers:
                return
            self.standard(message)


if __name__ == "__main__":
    with open(sys.argv[1], encoding="utf-8") as file:
        Peer(json.load(file), sys.argv[2]).play()
