from flask import Flask

from billing.invoices import blueprint
from billing.models import db


def create_app(database_url: str = "sqlite://") -> Flask:
    app = Flask(__name__)
    app.config["SQLALCHEMY_DATABASE_URI"] = database_url
    db.init_app(app)
    app.register_blueprint(blueprint, url_prefix="/invoices")
    return app
