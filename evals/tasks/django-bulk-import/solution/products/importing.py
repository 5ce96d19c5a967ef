"""Products from a CSV file: reading it, and storing what was read."""

import csv
import io
import re
from collections.abc import Callable, Iterator
from typing import Any

from django.db import transaction

from products.models import Product

COLUMNS = ("sku", "name", "price", "stock")
MAX_ROWS, MAX_FAULTS, BATCH = 10_000, 100, 500

Row = dict[str, Any]


class BadFile(Exception):
    """The file cannot be read at all."""

    def __init__(self, code: str, status: int = 400) -> None:
        super().__init__(code)
        self.code, self.status = code, status


class Faults(Exception):
    """What is wrong in its lines; ``more`` when there is more than is told."""

    def __init__(self, found: list[Row]) -> None:
        super().__init__()
        self.found, self.more = found[:MAX_FAULTS], len(found) > MAX_FAULTS


def read(body: bytes) -> list[Row]:
    """Give the rows; raise :class:`BadFile` or :class:`Faults`."""
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadFile("not_utf8") from error
    lines = list(_lines(text))
    header = [name.strip() for name in lines[0][1]] if lines else []
    if sorted(header) != sorted(COLUMNS):
        raise BadFile("bad_header")
    if len(lines) - 1 > MAX_ROWS:
        raise BadFile("too_many_rows", 413)
    rows, faults, seen = [], [], set()
    for number, values in lines[1:]:
        row, wrong = _row(header, values, seen)
        faults += [{"line": number, "column": name, "message": why} for name, why in wrong]
        rows.append(row)
        if len(faults) > MAX_FAULTS:
            break
    if faults:
        raise Faults(faults)
    return rows


def _lines(text: str) -> Iterator[tuple[int, list[str]]]:
    """Every row with the line on which it begins, without empty ones."""
    reader = csv.reader(io.StringIO(text, newline=""))
    begin = 1
    try:
        for values in reader:
            if any(value.strip() for value in values):
                yield begin, values
            begin = reader.line_num + 1
    except csv.Error as error:
        raise BadFile("bad_header") from error


def _row(
    header: list[str], values: list[str], seen: set[str]
) -> tuple[Row, list[tuple[str | None, str]]]:
    if len(values) != len(header):
        return {}, [(None, f"has {len(values)} values, not {len(header)}")]
    row: Row = {}
    wrong: list[tuple[str | None, str]] = []
    for name, value in zip(header, values, strict=True):
        try:
            row[name] = _READERS[name](value.strip())
        except ValueError as error:
            wrong.append((name, str(error)))
    if row.get("sku") in seen:
        wrong.append(("sku", "stands in the file twice"))
        wrong.sort(key=lambda fault: header.index(fault[0] or ""))
    seen.add(row.get("sku"))
    seen.discard(None)
    return row, wrong


def _sku(text: str) -> str:
    if not re.fullmatch(r"[A-Z0-9-]{1,20}", text):
        raise ValueError("must be 1 to 20 of A to Z, 0 to 9 and -")
    return text


def _name(text: str) -> str:
    if not 1 <= len(text) <= 100:
        raise ValueError("must have 1 to 100 characters")
    return text


def _price(text: str) -> int:
    found = re.fullmatch(r"([0-9]{1,6})(?:\.([0-9]{1,2}))?", text)
    if not found:
        raise ValueError("must be a price such as 12.50, below 1000000")
    return int(found[1]) * 100 + int((found[2] or "").ljust(2, "0"))


def _stock(text: str) -> int:
    if not re.fullmatch(r"[0-9]{1,7}", text) or int(text) > 1_000_000:
        raise ValueError("must be a whole number from 0 to 1000000")
    return int(text)


_READERS: dict[str, Callable[[str], Any]] = {
    "sku": _sku,
    "name": _name,
    "price": _price,
    "stock": _stock,
}


@transaction.atomic
def store(rows: list[Row], *, dry_run: bool) -> dict[str, int]:
    """Create and change; give how many there were of each kind."""
    existing = _existing([row["sku"] for row in rows])
    created = [Product(**row) for row in rows if row["sku"] not in existing]
    changed = []
    for row in rows:
        product = existing.get(row["sku"])
        if product and any(getattr(product, name) != value for name, value in row.items()):
            for name, value in row.items():
                setattr(product, name, value)
            changed.append(product)
    if not dry_run:
        Product.objects.bulk_create(created, BATCH)
        Product.objects.bulk_update(changed, ["name", "price", "stock"], BATCH)
    counts = {"created": len(created), "changed": len(changed)}
    return {**counts, "unchanged": len(rows) - sum(counts.values())}


def _existing(skus: list[str]) -> dict[str, Product]:
    found: dict[str, Product] = {}
    for start in range(0, len(skus), BATCH):
        found |= Product.objects.in_bulk(skus[start : start + BATCH], field_name="sku")
    return found
