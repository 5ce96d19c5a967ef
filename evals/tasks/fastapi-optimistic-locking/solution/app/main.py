"""The articles service."""

from fastapi import FastAPI, Header, HTTPException, Request, Response
from pydantic import BaseModel, Field

from app.articles import Article, Articles
from app.etags import etag, fits_strongly, fits_weakly


class ArticleIn(BaseModel):
    title: str = Field(min_length=1, max_length=200)
    text: str


class ArticleOut(ArticleIn):
    id: str


def create_app(articles: Articles) -> FastAPI:
    """Build the service on a table of articles."""
    app = FastAPI(title="Articles")

    @app.post("/articles/{article_id}", status_code=201)
    def create(article_id: str, given: ArticleIn, response: Response) -> ArticleOut:
        article = articles.insert(article_id, given.title, given.text)
        if article is None:
            raise HTTPException(409, "There is an article with this id.")
        return _shown(article, response)

    @app.get("/articles/{article_id}", response_model=ArticleOut)
    def get(article_id: str, response: Response, if_none_match: str = Header(default="")):
        article = _existing(article_id)
        tag = etag(article.version)
        if if_none_match and fits_weakly(if_none_match, tag):
            return Response(status_code=304, headers={"ETag": tag})
        return _shown(article, response)

    @app.put("/articles/{article_id}")
    def put(article_id: str, given: ArticleIn, request: Request, response: Response) -> ArticleOut:
        version = _matched(article_id, request)
        article = articles.update(article_id, given.title, given.text, version)
        if article is None:
            raise _changed()
        return _shown(article, response)

    @app.delete("/articles/{article_id}", status_code=204)
    def delete(article_id: str, request: Request) -> Response:
        if not articles.delete(article_id, _matched(article_id, request)):
            raise _changed()
        return Response(status_code=204)

    def _existing(article_id: str) -> Article:
        article = articles.get(article_id)
        if article is None:
            raise HTTPException(404, "There is no such article.")
        return article

    def _matched(article_id: str, request: Request) -> str:
        """The version that the caller has seen, which must still be there when it is written."""
        article = _existing(article_id)
        wanted = ", ".join(request.headers.getlist("if-match"))
        if not wanted:
            raise HTTPException(428, "Send If-Match with the ETag of the article that you changed.")
        if not fits_strongly(wanted, etag(article.version)):
            raise _changed()
        return article.version

    return app


def _changed() -> HTTPException:
    return HTTPException(412, "The article was changed meanwhile. Get it again.")


def _shown(article: Article, response: Response) -> ArticleOut:
    response.headers["ETag"] = etag(article.version)
    return ArticleOut(id=article.id, title=article.title, text=article.text)
