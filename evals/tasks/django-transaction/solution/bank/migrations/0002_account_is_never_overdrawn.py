from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("bank", "0001_initial")]
    operations = [
        migrations.AddConstraint(
            "account",
            models.CheckConstraint(
                condition=models.Q(balance__gte=0), name="account_is_never_overdrawn"
            ),
        )
    ]
