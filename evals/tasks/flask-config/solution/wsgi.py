"""What the server starts."""

import os

from mailer import create_app

app = create_app(os.environ)
