"""Settings."""

DATABASE_URL = "postgresql://mailer:hunter2@db.internal/mailer"
SECRET_KEY = "0b6f1c7a0c6e4f0f8f1a7d0c"
SMTP_HOST = "localhost"
SMTP_PORT = 25
SMTP_TIMEOUT_SECONDS = 10
DEBUG = True
ALLOWED_ORIGINS = []


class ConfigurationError(Exception):
    """The service cannot start like this; ``problems`` says why."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems
