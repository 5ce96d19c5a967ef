"""The application's factory and its routes."""

from collections.abc import Mapping

from flask import Flask, jsonify

from mailer.configuration import read


def create_app(environment: Mapping[str, str]) -> Flask:
    """Build the application; raise ``ConfigurationError`` with everything that is wrong."""
    configuration = read(environment)
    app = Flask("mailer")
    app.secret_key = configuration.secret_key
    app.debug = configuration.debug
    app.extensions["configuration"] = configuration

    @app.get("/status")
    def status():
        return jsonify(
            smtp=f"{configuration.smtp_host}:{configuration.smtp_port}",
            debug=configuration.debug,
            origins=configuration.allowed_origins,
        )

    return app
