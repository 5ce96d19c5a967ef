from flask_sqlalchemy import SQLAlchemy

db = SQLAlchemy()


class Invoice(db.Model):
    id = db.Column(db.Integer, primary_key=True)
    account_id = db.Column(db.Integer, nullable=False, index=True)
    customer = db.Column(db.String(200), nullable=False)
    total_cents = db.Column(db.Integer, nullable=False)
    paid_cents = db.Column(db.Integer, nullable=False, default=0)
