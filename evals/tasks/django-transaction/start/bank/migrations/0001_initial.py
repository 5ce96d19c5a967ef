import django.db.models.deletion
from django.db import migrations, models

KEY = models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")


def link(to, name):
    return models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name=name, to=to)


class Migration(migrations.Migration):
    initial = True
    dependencies = []
    operations = [
        migrations.CreateModel(
            "Account",
            [
                ("id", KEY),
                ("name", models.CharField(max_length=50, unique=True)),
                ("balance", models.BigIntegerField(default=0)),
            ],
        ),
        migrations.CreateModel(
            "Transfer",
            [
                ("id", KEY),
                ("amount", models.BigIntegerField()),
                ("source", link("bank.account", "sent")),
                ("target", link("bank.account", "received")),
            ],
        ),
        migrations.CreateModel(
            "Entry",
            [
                ("id", KEY),
                ("change", models.BigIntegerField()),
                ("account", link("bank.account", "entries")),
                ("transfer", link("bank.transfer", "entries")),
            ],
        ),
    ]
