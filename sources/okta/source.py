"""Okta's System Log: what Falco's plugin `okta` makes of the events it fetches."""

from sources import fieldtable, gotime
from sources.base import Source
from sources.initconfig import Setting, checker, schema
from sources.inlets.live import choose
from sources.kit import make_kit
from sources.okta import logevent
from sources.okta.fields import Failures, readers
from sources.payloads import PayloadSource
from sources.spec import Capability, PluginSpec, SourceConfig
from sources.view import PluginView, Record

SETTINGS = (
    Setting("api_token", "", "API token", "With which the System Log is read"),
    Setting("organization", "", "Organization", "Your Okta organization"),
    Setting("cache_expiration", 84600, "Cache Expiration", "Seconds for which failed factors are remembered"),
    Setting("cache_usermaxsize", 200, "Cache User Max Size", "Failed factors remembered of one user"),
    Setting("refresh_interval", 10, "Refresh Interval", "Seconds between two questions to the API"),
    Setting("useAsync", True, "Use async extraction", "Has no meaning here; accepted for compatibility"),
)
_NO_TIME = -6_795_364_578_871_345_152
"""What Go's time without a value is in nanoseconds since 1970, cut to 64 bits."""


class OktaSource(PayloadSource):
    """Reads System Log events from files."""

    service = "The System Log API"

    def record(self, payload: bytes) -> Record | None:
        """The event, written again in the plugin's own shape; its time is when it was published."""
        try:
            event = logevent.decode(logevent.parse(payload))
        except logevent.ShapeError as error:
            self.skip("events of another shape", str(error))
            return None
        try:
            ts_ns = gotime.parse(event["published"], gotime.RFC3339)
        except gotime.TimeError:
            ts_ns = _NO_TIME
        return Record(ts_ns, logevent.encode(event))


def describe(view: PluginView) -> str:
    """evt.plugininfo: the event itself."""
    return view.payload.decode("utf-8", "surrogateescape")


def make(config: SourceConfig) -> Source:
    """Build the unopened source."""
    failures = Failures(config.init["cache_usermaxsize"], config.init["cache_expiration"])
    kit = make_kit(config, readers(config.init["organization"], failures), describe, failures.note)
    return choose(OktaSource(config, kit))


def spec() -> PluginSpec:
    """What the plugin is."""
    return PluginSpec(
        name="okta",
        version="0.12.0",
        description="Okta Log Events",
        contact="github.com/falcosecurity/plugins/",
        capabilities=(Capability.SOURCING, Capability.EXTRACTION),
        id=7,
        source="okta",
        fields=fieldtable.load(__package__, "okta", ("okta",)),
        extract_sources=("okta",),
        init_schema=schema(SETTINGS),
        aliases=("libokta.so",),
        check_config=checker("okta", SETTINGS),
        make=make,
        inlets=True,
    )
