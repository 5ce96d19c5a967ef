import django.db.models.deletion
from django.db import migrations, models

KEY = models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")


class Migration(migrations.Migration):
    initial = True
    dependencies = []
    operations = [
        migrations.CreateModel("Author", [("id", KEY), ("name", models.CharField(max_length=100))]),
        migrations.CreateModel(
            "Tag", [("id", KEY), ("name", models.CharField(max_length=50, unique=True))]
        ),
        migrations.CreateModel(
            "Book",
            [
                ("id", KEY),
                ("title", models.CharField(max_length=200)),
                (
                    "author",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="books",
                        to="catalog.author",
                    ),
                ),
                ("tags", models.ManyToManyField(related_name="books", to="catalog.tag")),
            ],
        ),
        migrations.CreateModel(
            "Review",
            [
                ("id", KEY),
                ("stars", models.PositiveSmallIntegerField()),
                ("hidden", models.BooleanField(default=False)),
                (
                    "book",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="reviews",
                        to="catalog.book",
                    ),
                ),
            ],
        ),
    ]
