"""GitHub webhooks: what Falco's plugin `github` makes of the payloads its web server receives."""

from pathlib import Path

from sources import fieldtable
from sources.base import Source
from sources.github.fields import READERS, describe
from sources.github.webhook import Deliveries
from sources.initconfig import Setting, checker, schema
from sources.inlets.checks import Checks
from sources.inlets.live import choose
from sources.kit import make_kit
from sources.payloads import PayloadSource
from sources.spec import Capability, PluginSpec, SourceConfig

SETTINGS = (
    Setting("token", "", "Personal access token", "With which webhooks are registered"),
    Setting("websocketServerURL", "", "WebSocket server URL", "Under which GitHub reaches this machine"),
    Setting("secretsDir", "~/.ghplugin", "Secrets directory", "Where github.token, server.key and server.crt are"),
    Setting("useHTTPs", True, "Use HTTPS", "The webhook server uses TLS"),
    Setting("useAsync", False, "Use async extraction", "Has no meaning here; accepted for compatibility"),
)


class GithubSource(PayloadSource):
    """Reads webhook payloads from files."""

    service = "Registering webhooks with GitHub"

    def checks(self, path: str) -> Checks:
        """What is asked of deliveries. Raises SourceError without a secret."""
        return Deliveries(path, self._secrets())

    def certificate(self) -> tuple[str, str]:
        """Files with the certificate and the key of the webhook."""
        return str(self._secrets() / "server.crt"), str(self._secrets() / "server.key")

    def _secrets(self) -> Path:
        return Path(self.config.init["secretsDir"]).expanduser()


def make(config: SourceConfig) -> Source:
    """Build the unopened source."""
    return choose(GithubSource(config, make_kit(config, READERS, describe)))


def spec() -> PluginSpec:
    """What the plugin is."""
    return PluginSpec(
        name="github",
        version="0.10.1",
        description="Reads github webhook events, by listening on a socket or by reading events from disk",
        contact="github.com/falcosecurity/plugins",
        capabilities=(Capability.SOURCING, Capability.EXTRACTION),
        id=8,
        source="github",
        fields=fieldtable.load(__package__, "github", ("github",)),
        extract_sources=("github",),
        init_schema=schema(SETTINGS),
        open_params=(("*", "every repository that the token can reach"),),
        aliases=("libgithub.so",),
        check_config=checker("github", SETTINGS),
        make=make,
        inlets=True,
    )
