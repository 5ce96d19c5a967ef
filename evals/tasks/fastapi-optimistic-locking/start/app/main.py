"""The articles service."""

from fastapi import FastAPI, HTTPException, Response
from pydantic import BaseModel, Field

from app.articles import Article, Articles


class ArticleIn(BaseModel):
    title: str = Field(min_length=1, max_length=200)
    text: str


class ArticleOut(ArticleIn):
    id: str


def create_app(articles: Articles) -> FastAPI:
    """Build the service on a table of articles."""
    app = FastAPI(title="Articles")

    @app.post("/articles/{article_id}", status_code=201)
    def create(article_id: str, given: ArticleIn) -> ArticleOut:
        article = Article(id=article_id, title=given.title, text=given.text)
        if not articles.insert(article):
            raise HTTPException(409, "There is an article with this id.")
        return _shown(article)

    @app.get("/articles/{article_id}")
    def get(article_id: str) -> ArticleOut:
        return _shown(_existing(article_id))

    @app.put("/articles/{article_id}")
    def put(article_id: str, given: ArticleIn) -> ArticleOut:
        _existing(article_id)
        article = Article(id=article_id, title=given.title, text=given.text)
        articles.update(article)
        return _shown(article)

    @app.delete("/articles/{article_id}", status_code=204)
    def delete(article_id: str) -> Response:
        _existing(article_id)
        articles.delete(article_id)
        return Response(status_code=204)

    def _existing(article_id: str) -> Article:
        article = articles.get(article_id)
        if article is None:
            raise HTTPException(404, "There is no such article.")
        return article

    return app


def _shown(article: Article) -> ArticleOut:
    return ArticleOut(id=article.id, title=article.title, text=article.text)
