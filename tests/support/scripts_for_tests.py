"""Scripts that several end-to-end tests play: mean() of the small project is guarded, a test is added."""

from __future__ import annotations

from backend_specialist.adapters.scripts import Call, Reply

GUARDED = (
    "def mean(items):\n    if not items:\n        return 0\n    return total(items) / len(items)\n"
)
EDIT = Call(
    "edit",
    {
        "filePath": "app/main.py",
        "oldString": "def mean(items):\n    return total(items) / len(items)\n",
        "newString": GUARDED,
    },
)
CREATE = Call(
    "write", {"filePath": "tests/test_mean.py", "content": "def test_mean():\n    pass\n"}
)
REPORT = {"service": {}, "database": {}, "testing_documentation": {}}
DELIVER = Call("deliver", {"summary": "mean() accepts an empty list.", **REPORT})
SCRIPT = [
    Reply(text="I read the file first.", tools=(Call("read", {"filePath": "app/main.py"}),)),
    Reply(tools=(EDIT,)),
    Reply(tools=(CREATE,)),
    Reply(tools=(DELIVER,)),
]
LEAVE = Reply(text="Then I leave it.", tools=(Call("deliver", {"summary": "Nothing.", **REPORT}),))
