"""Settings of the job service."""

SECRET_KEY = "only-for-development"
DEBUG = False
ALLOWED_HOSTS = ["jobs.example.org"]
ROOT_URLCONF = "config.urls"
INSTALLED_APPS = ["jobs"]
MIDDLEWARE = [
    # First, so that neither hosts nor logins are looked at for the probes.
    "jobs.health.ProbeMiddleware",
    "django.middleware.common.CommonMiddleware",
    "jobs.middleware.LoginMiddleware",
]
DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": "jobs.sqlite3"}}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
USE_TZ = True
