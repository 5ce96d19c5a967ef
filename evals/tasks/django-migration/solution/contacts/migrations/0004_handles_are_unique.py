from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("contacts", "0003_split_names")]
    operations = [
        migrations.AlterField("contact", "handle", models.CharField(max_length=60, unique=True)),
        migrations.RemoveField("contact", "full_name"),
    ]
