"""Finding a model by ``provider/model``.

Owns which endpoint a name leads to, which key it takes, and what replaces a retired model. Reads the
environment it is given, never the process's own. Sends nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from functools import partial
from urllib.parse import urlsplit

from backend_specialist.adapters.anthropic_model import (
    STANDARD_URL,
    AnthropicModel,
    Connection,
    Endpoint,
    lifetimes,
    warm,
)
from backend_specialist.adapters.model_data import facts
from backend_specialist.adapters.prices import cost, is_priced
from backend_specialist.adapters.rehearsal import Rehearsals
from backend_specialist.domain.ports import Model, ModelError, ModelInfo

PROVIDERS = ("anthropic", "bedrock", "vertex", "rehearsal")
_KEY_NAMES = ("ANTHROPIC_API_KEY", "ANTHROPIC_AUTH_TOKEN")
_SOON_DAYS = 30
# Local servers ask for no key, but the SDK wants one.
_NO_KEY = "not-needed"


def today_utc() -> date:
    """Today, which retirement dates are compared with."""
    return datetime.now(UTC).date()


class ModelCatalog:
    """Every model that can be named. Connections are shared by all models of an endpoint."""

    def __init__(
        self, environment: Mapping[str, str], *, today: Callable[[], date] = today_utc
    ) -> None:
        self._environment = environment
        self._today = today
        self._rehearsals = Rehearsals(environment)
        self._connections: dict[Endpoint, Connection] = {}

    @property
    def host(self) -> str:
        """The host that ``anthropic/…`` models are asked at."""
        return urlsplit(self._base_url).netloc.rpartition("@")[2]

    @property
    def key_name(self) -> str:
        """The variable that holds the key; empty when there is none."""
        return next((name for name in _KEY_NAMES if self._value(name)), "")

    @property
    def is_standard(self) -> bool:
        """Whether the endpoint is Anthropic's own, where retired models are gone."""
        return urlsplit(self._base_url).hostname == urlsplit(STANDARD_URL).hostname

    async def resolve(self, name: str) -> Model:
        """Give the model, a retired one replaced; raise :class:`ModelError`."""
        provider, _, model_id = name.partition("/")
        if provider not in PROVIDERS or not model_id:
            raise ModelError(
                "model",
                f"{name!r} is not the name of a model. Write it as provider/model, where the "
                f"provider is one of {', '.join(PROVIDERS)}.",
            )
        if provider == "rehearsal":
            return await self._rehearsals.model(model_id)
        if provider == "anthropic":
            return await self._anthropic(model_id)
        return self._model(model_id, Endpoint(provider=provider, key_name="its credentials"), "")

    async def end_of_life(self, name: str) -> date | None:
        """When a model (``provider/model``, or the bare id) ends on the standard endpoint."""
        return (await lifetimes()).end_of_life(_bare(name))

    async def replacement(self, name: str) -> str | None:
        """Give the newest model of the same family, as ``anthropic/…``, if it is another one."""
        newest = (await lifetimes()).newest_of_family(_bare(name), self._today())
        return f"anthropic/{newest}" if newest and newest != _bare(name) else None

    async def warm(self) -> None:
        """Load what the first session will need, if it will get anywhere: without a key it needs nothing."""
        if self.key_name or not self.is_standard:
            await warm()

    async def close(self) -> None:
        """Close every connection, and the rehearsal's server."""
        for connection in self._connections.values():
            await connection.close()
        await self._rehearsals.close()

    # ------------------------------------------------------------ anthropic

    async def _anthropic(self, model_id: str) -> Model:
        endpoint = self._endpoint()
        notice = ""
        if self.is_standard:
            model_id, notice = await self._still_there(model_id)
        return self._model(model_id, endpoint, notice)

    def _endpoint(self) -> Endpoint:
        base_url, name = self._base_url, self.key_name
        if urlsplit(base_url).scheme not in ("http", "https") or not self.host:
            message = "ANTHROPIC_BASE_URL must be a full address such as https://gateway.example."
            raise ModelError("configuration", message)
        if not name and self.is_standard:
            raise ModelError("key", _HOW_TO_GET_A_KEY)
        key = self._value(name) if name else _NO_KEY
        if not (key.isascii() and key.isprintable()) or " " in key:
            message = f"{name} holds characters that no key has. Copy the key again and restart."
            raise ModelError("key", message)
        return Endpoint(
            base_url=base_url,
            key=key,
            is_token=name == "ANTHROPIC_AUTH_TOKEN",
            key_name=name or _KEY_NAMES[0],
        )

    async def _still_there(self, model_id: str) -> tuple[str, str]:
        """Give the id to use, and what to tell the user about it."""
        known, today = await lifetimes(), self._today()
        end = known.end_of_life(model_id)
        if end is None or (end - today).days > _SOON_DAYS:
            return model_id, ""
        newest = known.newest_of_family(model_id, today)
        if today < end:
            return model_id, _ending(model_id, end, newest)
        if newest is None:
            raise ModelError(
                "model",
                f"The model {model_id} reached its end of life on {_day(end)}, and nothing follows "
                "it. Choose another with the setting backendSpecialist.model or in the agent file.",
            )
        return newest, (
            f"The model {model_id} reached its end of life on {_day(end)}; {newest}, the newest of "
            "its family, is used instead. Choose another with the setting "
            "backendSpecialist.model or in the agent file."
        )

    def _model(self, model_id: str, endpoint: Endpoint, notice: str) -> Model:
        known = facts(model_id)
        info = ModelInfo(
            name=f"{endpoint.provider}/{model_id}",
            id=model_id,
            provider=endpoint.provider,
            context_window=known.context,
            max_output=known.output,
            thinking=bool(known.thinking),
            priced=is_priced(model_id),
            notice=notice,
        )
        connection = self._connections.setdefault(endpoint, Connection(endpoint))
        return AnthropicModel(info, known, connection, partial(cost, model_id))

    @property
    def _base_url(self) -> str:
        return self._value("ANTHROPIC_BASE_URL") or STANDARD_URL

    def _value(self, name: str) -> str:
        return self._environment.get(name, "").strip()


_HOW_TO_GET_A_KEY = (
    "No API key is set. Put one into the environment variable ANTHROPIC_API_KEY before the editor "
    "starts, or let ANTHROPIC_BASE_URL name another server that speaks the Messages API. The model "
    "rehearsal/demo works without a key and offline; its replies are scripted."
)


def _ending(model_id: str, end: date, newest: str | None) -> str:
    advice = f" Change to {newest}." if newest and newest != model_id else ""
    return f"The model {model_id} reaches its end of life on {_day(end)}.{advice}"


def _bare(name: str) -> str:
    return name.removeprefix("anthropic/")


def _day(day: date) -> str:
    return f"{day.day} {day:%B %Y}"
