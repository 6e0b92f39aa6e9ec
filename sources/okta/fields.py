"""The `okta.*` fields, as Falco's okta plugin reads them from a System Log event.

What is missing reads as an empty text. Falco's plugin lets a missing key keep the value of the event before: not here,
every event stands alone. `okta.client.geo.lon` is always 0, since the plugin looks for it under a wrong key.
"""

from collections import OrderedDict
from collections.abc import Callable, Mapping
from typing import Any

from engine.fields.catalog import FieldRef
from engine.values import Value
from sources.gotext import float_text
from sources.okta import logevent
from sources.view import FieldReader, PluginView

Event = dict[str, Any]
Rule = Callable[[Event, FieldRef], Value | None]

_CACHED_KEYS = 10_000
_WRAP = 1 << 64


def event_of(view: PluginView) -> Event | None:
    """The decoded event; None if the payload has not its shape. Kept on the view."""
    cached = view.memo
    if cached is None:
        try:
            cached = logevent.decode(logevent.parse(view.payload))
        except logevent.ShapeError:
            cached = False
        view.memo = cached
    return cached if isinstance(cached, dict) else None


def _reader(rule: Rule) -> FieldReader:
    def read(view: PluginView, ref: FieldRef) -> Value | None:
        event = event_of(view)
        return None if event is None else rule(event, ref)

    return read


def _text(path: str) -> Rule:
    keys = path.split(".")

    def rule(event: Event, _ref: FieldRef) -> Value:
        value: Any = event
        for key in keys:
            value = value[key]
        return float_text(value) if isinstance(value, float) else str(value)

    return rule


def _target(kind: str, key: str) -> Rule:
    """Of the last target of a kind."""

    def rule(event: Event, _ref: FieldRef) -> Value | None:
        found = [target[key] for target in event["target"] if target["type"] == kind]
        return str(found[-1]) if found else None

    return rule


def _display_names(event: Event, ref: FieldRef) -> Value | None:
    names = [str(target["displayName"]) for target in event["target"]]
    if ref.index is not None:
        return names[ref.index] if ref.index < len(names) else None
    return f"({','.join(names)})" if names else None


def _app(event: Event, _ref: FieldRef) -> Value | None:
    uri = str(event["debugContext"]["debugData"]["requestUri"])
    return uri.split("/")[2] if uri.startswith("/app/") else None


def _as_number(event: Event, _ref: FieldRef) -> Value:
    return int(event["securityContext"]["asNumber"]) % _WRAP


_TEXTS = {
    "okta.behaviors": "debugContext.debugData.behaviors",
    "okta.evt.type": "eventType",
    "okta.evt.legacytype": "legacyEventType",
    "okta.severity": "severity",
    "okta.message": "displayMessage",
    "okta.published": "published",
    "okta.logonlysecuritydata": "debugContext.debugData.logOnlySecurityData",
    "okta.actor.id": "actor.id",
    "okta.actor.Type": "actor.type",
    "okta.actor.alternateid": "actor.alternateId",
    "okta.actor.name": "actor.displayName",
    "okta.client.zone": "client.zone",
    "okta.client.ip": "client.ipAddress",
    "okta.client.device": "client.device",
    "okta.client.id": "client.id",
    "okta.client.geo.city": "client.geographicalContext.city",
    "okta.client.geo.state": "client.geographicalContext.state",
    "okta.client.geo.country": "client.geographicalContext.country",
    "okta.client.geo.postalcode": "client.geographicalContext.postalCode",
    "okta.client.geo.lat": "client.geographicalContext.geolocation.lat",
    "okta.client.geo.lon": "client.geographicalContext.geolocation.lonDe",
    "okta.useragent.os": "client.userAgent.os",
    "okta.useragent.browser": "client.userAgent.browser",
    "okta.useragent.raw": "client.userAgent.rawUserAgent",
    "okta.result": "outcome.result",
    "okta.reason": "outcome.reason",
    "okta.transaction.id": "transaction.id",
    "okta.transaction.type": "transaction.type",
    "okta.requesturi": "debugContext.debugData.requestUri",
    "okta.principal.id": "debugContext.debugData.originalPrincipal.id",
    "okta.principal.alternateid": "debugContext.debugData.originalPrincipal.alternateId",
    "okta.principal.type": "debugContext.debugData.originalPrincipal.type",
    "okta.principal.name": "debugContext.debugData.originalPrincipal.displayName",
    "okta.authentication.step": "authenticationContext.authenticationStep",
    "okta.authentication.sessionid": "authenticationContext.externalSessionId",
    "okta.authentication.provider": "authenticationContext.authenticationProvider",
    "okta.authentication.credentialprovider": "authenticationContext.credentialProvider",
    "okta.security.asorg": "securityContext.asOrg",
    "okta.security.isp": "securityContext.isp",
    "okta.security.domain": "securityContext.domain",
    "okta.security.isproxy": "securityContext.isProxy",
}
_RULES: dict[str, Rule] = {
    **{name: _text(path) for name, path in _TEXTS.items()},
    "okta.app": _app,
    "okta.security.asnumber": _as_number,
    "okta.target.user.id": _target("User", "id"),
    "okta.target.user.alternateid": _target("User", "alternateId"),
    "okta.target.user.name": _target("User", "displayName"),
    "okta.target.group.id": _target("UserGroup", "id"),
    "okta.target.group.alternateid": _target("UserGroup", "alternateId"),
    "okta.target.group.name": _target("UserGroup", "displayName"),
    "okta.target.app.alternateid": _target("AppInstance", "alternateId"),
    "okta.targets.displayName": _display_names,
}


class Failures:
    """Failed and denied second factors of the last time, by kind of event and actor."""

    def __init__(self, per_actor: int, expiration_s: int) -> None:
        self.per_actor = per_actor
        self.expiration_ns = expiration_s * 1_000_000_000
        self._times: OrderedDict[str, list[int]] = OrderedDict()

    def note(self, view: PluginView) -> None:
        """An event has come: remember its time if it is such a failure."""
        if b"deny_push" not in view.payload and b"auth_via_mfa" not in view.payload and b"\\u" not in view.payload:
            return
        event = event_of(view)
        key = None if event is None else _failure(event)
        if key is None:
            return
        times = self._times.pop(key, [])
        if times and view.ts_ns - times[-1] > self.expiration_ns:
            times = []
        if view.ts_ns not in times:
            times.append(view.ts_ns)
        self._times[key] = times[-self.per_actor :]
        if len(self._times) > _CACHED_KEYS:
            self._times.popitem(last=False)

    def count(self, view: PluginView, ref: FieldRef) -> Value | None:
        """How many there were in the last seconds, this one included; None on other events."""
        event = event_of(view)
        key = None if event is None else _failure(event)
        if key is None or ref.index is None:
            return None
        oldest = (view.ts_ns - ref.index * 1_000_000_000) % _WRAP
        return sum(time % _WRAP > oldest for time in self._times.get(key, ()))


def _failure(event: Event) -> str | None:
    kind = event["eventType"]
    denied = kind == "user.mfa.okta_verify.deny_push"
    if denied or (kind == "user.authentication.auth_via_mfa" and event["outcome"]["result"] == "FAILURE"):
        return f"{kind}:{event['actor']['id']}"
    return None


def readers(organization: str, failures: Failures) -> Mapping[str, FieldReader]:
    """Field name -> how to read it."""
    return {
        **{name: _reader(rule) for name, rule in _RULES.items()},
        "okta.org": _reader(lambda _event, _ref: organization),
        "okta.mfa.failure.countlast": failures.count,
        "okta.mfa.deny.countlast": failures.count,
    }
