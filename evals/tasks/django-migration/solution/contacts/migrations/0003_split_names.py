import re
import unicodedata

from django.db import migrations

BATCH = 500


def split(apps, schema_editor):
    contact = apps.get_model("contacts", "Contact")
    taken, batch = set(), []
    for row in contact.objects.order_by("id").iterator(BATCH):
        words = row.full_name.strip().rsplit(None, 1) or [""]
        row.last_name = words[-1][:150]
        row.first_name = words[0][:150] if len(words) == 2 else ""
        row.handle = _free(_handle(row.full_name), taken)
        taken.add(row.handle)
        batch.append(row)
        if len(batch) == BATCH:
            _save(contact, batch)
    _save(contact, batch)


def join(apps, schema_editor):
    contact, batch = apps.get_model("contacts", "Contact"), []
    for row in contact.objects.order_by("id").iterator(BATCH):
        row.full_name = f"{row.first_name} {row.last_name}".strip()
        batch.append(row)
        if len(batch) == BATCH:
            _save(contact, batch)
    _save(contact, batch)


def _save(contact, batch):
    contact.objects.bulk_update(batch, ["full_name", "first_name", "last_name", "handle"])
    batch.clear()


def _handle(name):
    plain = unicodedata.normalize("NFKD", name).lower()
    letters = "".join(letter for letter in plain if not unicodedata.combining(letter))
    handle = re.sub(r"[^a-z0-9]+", "-", letters).strip("-")
    return handle[:50].strip("-") or "contact"


def _free(handle, taken):
    number, found = 1, handle
    while found in taken:
        number += 1
        found = f"{handle}-{number}"
    return found


class Migration(migrations.Migration):
    dependencies = [("contacts", "0002_name_parts")]
    operations = [migrations.RunPython(split, join)]
