import os

SECRET_KEY = os.environ.get("SECRET_KEY", "for-tests-only")
INSTALLED_APPS = ["events", "bookings"]
ROOT_URLCONF = "tickets.urls"
USE_TZ = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}}
