from django.db import migrations, models


class Migration(migrations.Migration):
    """The new columns; the handle may be missing until the next migration has made it."""

    dependencies = [("contacts", "0001_initial")]
    operations = [
        migrations.AddField(
            "contact", "first_name", models.CharField(blank=True, default="", max_length=150)
        ),
        migrations.AddField(
            "contact", "last_name", models.CharField(blank=True, default="", max_length=150)
        ),
        migrations.AddField("contact", "handle", models.CharField(max_length=60, null=True)),
        # Going back, rows are there before their full name is made again.
        migrations.AlterField("contact", "full_name", models.CharField(default="", max_length=300)),
    ]
