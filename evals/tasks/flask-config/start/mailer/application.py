"""The application's factory and its routes."""

from collections.abc import Mapping

from flask import Flask, jsonify

from mailer import configuration


def create_app(environment: Mapping[str, str]) -> Flask:
    """Build the application."""
    app = Flask("mailer")
    app.secret_key = configuration.SECRET_KEY
    app.debug = configuration.DEBUG

    @app.get("/status")
    def status():
        return jsonify(
            smtp=f"{configuration.SMTP_HOST}:{configuration.SMTP_PORT}",
            debug=configuration.DEBUG,
            origins=configuration.ALLOWED_ORIGINS,
        )

    return app
