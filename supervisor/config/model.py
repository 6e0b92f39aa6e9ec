"""Every setting of falco.yaml, each declared once: name, type, default and what it does.

The YAML key and the `-o` path are the attribute's path. `read` fills these from a document, `schema` makes the JSON
schema from them, `documentation` the table for people. Defaults are those of Falco's code for an empty file.
"""

from typing import Annotated, ClassVar

import msgspec
from msgspec import Meta

from engine.options import AppendOutput, RuleSelection
from supervisor.plan import PluginChoice

PLUGINS_DIRECTORY = "/usr/share/falco/plugins"
"""Where a relative `library_path` is looked up. Built-in plugins need no file there."""


def _doc(text: str) -> Meta:
    return Meta(description=text)


Int16 = Annotated[int, Meta(ge=-(2**15), le=2**15 - 1)]
UInt8 = Annotated[int, Meta(ge=0, le=2**8 - 1)]
UInt16 = Annotated[int, Meta(ge=0, le=2**16 - 1)]
UInt32 = Annotated[int, Meta(ge=0, le=2**32 - 1)]
UInt64 = Annotated[int, Meta(ge=0, le=2**64 - 1)]


class Section(msgspec.Struct, frozen=True):
    """A group of settings; the class variables are only for the JSON schema."""

    REQUIRED: ClassVar[tuple[str, ...]] = ()
    NOT_EMPTY: ClassVar[bool] = True


class Include(msgspec.Struct, frozen=True):
    """One entry of `config_files`."""

    path: str
    strategy: str = "append"


class Kmod(Section, frozen=True):
    """The kernel module."""

    buf_size_preset: Annotated[Int16, _doc("Size of each ring buffer: 1 (1 MB) to 10 (512 MB).")] = 4
    drop_failed_exit: Annotated[bool, _doc("Drop failed system calls in the kernel.")] = False


class ModernEbpf(Section, frozen=True):
    """The CO-RE BPF probe."""

    NOT_EMPTY: ClassVar[bool] = False
    cpus_for_each_buffer: Annotated[UInt16, _doc("CPUs that share one ring buffer; 0: all.")] = 2
    buf_size_preset: Annotated[Int16, _doc("Size of each ring buffer: 1 (1 MB) to 10 (512 MB).")] = 4
    drop_failed_exit: Annotated[bool, _doc("Drop failed system calls in the kernel.")] = False
    disable_iterators: Annotated[bool, _doc("Do not read the tables of processes through BPF iterators.")] = False


class Replay(Section, frozen=True):
    """A recorded capture instead of the running system."""

    NOT_EMPTY: ClassVar[bool] = False
    REQUIRED: ClassVar[tuple[str, ...]] = ("capture_file",)
    capture_file: Annotated[str, _doc("The .scap file to read; needed by `kind: replay`.")] = ""


class Engine(Section, frozen=True):
    """Where system calls come from."""

    NOT_EMPTY: ClassVar[bool] = False
    REQUIRED: ClassVar[tuple[str, ...]] = ("kind",)
    kind: Annotated[str, _doc("`kmod`, `modern_ebpf`, `replay` or `nodriver`.")] = "kmod"
    kmod: Kmod = Kmod()
    modern_ebpf: ModernEbpf = ModernEbpf()
    replay: Replay = Replay()


class Capture(Section, frozen=True):
    """Recording the events around an alert."""

    NOT_EMPTY: ClassVar[bool] = False
    enabled: Annotated[bool, _doc("Write captures at all.")] = False
    path_prefix: Annotated[str, _doc("Beginning of every capture's file name.")] = "/tmp/falco"  # noqa: S108 - Falco's
    mode: Annotated[str, _doc("Only for rules that ask for it, or for all.")] = "rules"
    default_duration: Annotated[UInt32, _doc("How long a capture goes on after the alert, in ms.")] = 5000
    max_file_size_mb: Annotated[UInt64, _doc("Stop a capture at this size; 0: never.")] = 0


class OutputsQueue(Section, frozen=True):
    """The queue before the outputs."""

    capacity: Annotated[UInt64, _doc("Alerts that may wait; further ones are dropped. 0: no bound.")] = 0


class Output(Section, frozen=True):
    """An output that can only be on or off."""

    enabled: Annotated[bool, _doc("Send alerts there.")] = False


class FileOutput(Section, frozen=True):
    """Alerts to a file."""

    enabled: Annotated[bool, _doc("Send alerts there.")] = False
    keep_alive: Annotated[bool, _doc("Keep the file open between alerts.")] = False
    filename: Annotated[str, _doc("The file; alerts are appended.")] = ""


class ProgramOutput(Section, frozen=True):
    """Alerts to a command's standard input."""

    NOT_EMPTY: ClassVar[bool] = False
    REQUIRED: ClassVar[tuple[str, ...]] = ("program",)
    enabled: Annotated[bool, _doc("Send alerts there.")] = False
    keep_alive: Annotated[bool, _doc("One process for all alerts instead of one for each.")] = False
    program: Annotated[str, _doc("A shell command.")] = ""


class HttpOutput(Section, frozen=True):
    """Alerts as HTTP POST requests."""

    enabled: Annotated[bool, _doc("Send alerts there.")] = False
    url: Annotated[str, _doc("Where to.")] = ""
    user_agent: Annotated[str, _doc("The User-Agent header.")] = "falcosecurity/falco"
    insecure: Annotated[bool, _doc("Do not check the server's certificate.")] = False
    ca_cert: Annotated[str, _doc("Certificate of the authority to trust.")] = ""
    ca_bundle: Annotated[str, _doc("File with certificates of authorities to trust.")] = ""
    ca_path: Annotated[str, _doc("Folder with certificates of authorities to trust.")] = "/etc/ssl/certs"
    mtls: Annotated[bool, _doc("Show a client certificate.")] = False
    client_cert: Annotated[str, _doc("The client certificate.")] = "/etc/ssl/certs/client.crt"
    client_key: Annotated[str, _doc("Its key.")] = "/etc/ssl/certs/client.key"
    echo: Annotated[bool, _doc("Print the server's answers to standard output.")] = False
    compress_uploads: Annotated[bool, _doc("Send gzip.")] = False
    keep_alive: Annotated[bool, _doc("Keep the connection open between alerts.")] = False
    max_consecutive_timeouts: Annotated[UInt8, _doc("How often a request that timed out is tried again.")] = 5


class Webserver(Section, frozen=True):
    """Health, versions and metrics over HTTP."""

    enabled: Annotated[bool, _doc("Listen.")] = False
    threadiness: Annotated[UInt32, _doc("Threads; 0: one for each CPU.")] = 0
    listen_port: Annotated[UInt32, _doc("Port.")] = 8765
    listen_address: Annotated[str, _doc("IP address.")] = "0.0.0.0"  # noqa: S104 - Falco's
    k8s_healthz_endpoint: Annotated[str, _doc("Path that answers as long as all is well.")] = "/healthz"
    prometheus_metrics_enabled: Annotated[bool, _doc("Answer /metrics (with `metrics.enabled`).")] = False
    ssl_enabled: Annotated[bool, _doc("HTTPS instead of HTTP.")] = False
    ssl_certificate: Annotated[str, _doc("File with the certificate and its key.")] = "/etc/falco/falco.pem"


class LibsLogger(Section, frozen=True):
    """Log lines of what reads the events, marked `[libs]: `."""

    enabled: Annotated[bool, _doc("Log them.")] = True
    severity: Annotated[str, _doc("The least severe to log: trace, debug, info, notice, warning, error, ….")] = "info"


class SyscallEventTimeouts(Section, frozen=True):
    """Noticing that no system call arrives."""

    max_consecutives: Annotated[UInt32, _doc("Silent reads in a row before an internal alert.")] = 1000


class SyscallEventDrops(Section, frozen=True):
    """Noticing that system calls were lost."""

    threshold: Annotated[float, _doc("Share of lost events in a second that is too much, 0 to 1.")] = 0.1
    actions: Annotated[tuple[str, ...], _doc("`ignore`, `log`, `alert`, `exit`.")] = ()
    rate: Annotated[float, _doc("Actions a second, in the long run.")] = 0.03333
    max_burst: Annotated[float, _doc("Actions at once.")] = 1.0
    simulate_drops: Annotated[bool, _doc("Pretend that events are lost (for tests).")] = False


class Metrics(Section, frozen=True):
    """Figures about the run, at intervals."""

    enabled: Annotated[bool, _doc("Take them.")] = False
    interval: Annotated[str, _doc("How often: a Prometheus duration such as `30m` or `500ms`.")] = "5000"
    output_rule: Annotated[bool, _doc("As an internal alert.")] = False
    output_file: Annotated[str, _doc("As lines of JSON in this file.")] = ""
    rules_counters_enabled: Annotated[bool, _doc("Alerts by rule.")] = True
    resource_utilization_enabled: Annotated[bool, _doc("CPU and memory.")] = True
    state_counters_enabled: Annotated[bool, _doc("The tables of processes and descriptors.")] = True
    kernel_event_counters_enabled: Annotated[bool, _doc("Events and drops in the kernel.")] = True
    kernel_event_counters_per_cpu_enabled: Annotated[bool, _doc("The same for each CPU.")] = True
    libbpf_stats_enabled: Annotated[bool, _doc("Run counts and times of BPF programs.")] = True
    plugins_metrics_enabled: Annotated[bool, _doc("What plugins tell.")] = True
    kernel_iter_event_counters_enabled: Annotated[bool, _doc("Events of BPF iterators.")] = True
    convert_memory_to_mb: Annotated[bool, _doc("Memory in megabytes.")] = True
    include_empty_values: Annotated[bool, _doc("Zeros too.")] = False
    jemalloc_stats_enabled: Annotated[bool, _doc("The allocator's figures.")] = True


class BaseSyscalls(Section, frozen=True):
    """Which system calls are read beside those that rules name."""

    all: Annotated[bool, _doc("Those of high volume too.")] = False
    custom_set: Annotated[tuple[str, ...], _doc("These instead of the usual ones; `!name` takes one out.")] = ()
    repair: Annotated[bool, _doc("Add what the state needs for these rules, no more.")] = False


class FalcoLibs(Section, frozen=True):
    """The state behind system calls."""

    thread_table_size: Annotated[UInt32, _doc("Threads remembered, at most.")] = 262144
    thread_table_auto_purging_interval_s: Annotated[UInt32, _doc("Seconds between two clean-ups.")] = 300
    thread_table_auto_purging_thread_timeout_s: Annotated[UInt32, _doc("Seconds of silence before one goes.")] = 300
    snaplen: Annotated[UInt64, _doc("Bytes of each buffer that are read; 0: 80.")] = 0


class Config(Section, frozen=True):
    """Everything falco.yaml can say."""

    NOT_EMPTY: ClassVar[bool] = False
    append_output: Annotated[tuple[AppendOutput, ...], _doc("What is added to the output of which rules.")] = ()
    static_fields: Annotated[
        tuple[tuple[str, str], ...], _doc("Fields `static.<name>` with a fixed value, for all sources.")
    ] = ()
    config_files: Annotated[tuple[Include, ...], _doc("Further files and folders to merge into this one.")] = ()
    watch_config_files: Annotated[bool, _doc("Start again when a configuration or rules file changes.")] = True
    plugins_hostinfo: Annotated[bool, _doc("Let plugins' events know the host.")] = True
    rules_files: Annotated[tuple[str, ...], _doc("Rules files and folders with rules files, in order.")] = ()
    rules: Annotated[tuple[RuleSelection, ...], _doc("Enable or disable rules by name or tag, in order.")] = ()
    engine: Engine = Engine()
    capture: Capture = Capture()
    load_plugins: Annotated[tuple[str, ...] | None, _doc("Names of the plugins to load; absent: all.")] = None
    plugins: Annotated[tuple[PluginChoice, ...], _doc("Plugins that can be loaded.")] = ()
    time_format_iso_8601: Annotated[bool, _doc("ISO times in alerts and logs, in UTC.")] = False
    buffer_format_base64: Annotated[bool, _doc("Buffers of system calls as Base64.")] = False
    priority: Annotated[str, _doc("Rules less severe than this are not loaded.")] = "debug"
    json_output: Annotated[bool, _doc("Alerts as JSON.")] = False
    json_include_output_property: Annotated[bool, _doc("With the member `output`.")] = True
    json_include_message_property: Annotated[bool, _doc("With the member `message`.")] = False
    json_include_output_fields_property: Annotated[bool, _doc("With the member `output_fields`.")] = True
    json_include_tags_property: Annotated[bool, _doc("With the member `tags`.")] = True
    buffered_outputs: Annotated[bool, _doc("Do not flush after every alert.")] = False
    rule_matching: Annotated[str, _doc("`first`: one alert for an event; `all`: one for each matching rule.")] = "first"
    outputs_queue: OutputsQueue = OutputsQueue()
    stdout_output: Output = Output()
    syslog_output: Output = Output()
    file_output: FileOutput = FileOutput()
    http_output: HttpOutput = HttpOutput()
    program_output: ProgramOutput = ProgramOutput()
    webserver: Webserver = Webserver()
    log_stderr: Annotated[bool, _doc("Log to standard error.")] = False
    log_syslog: Annotated[bool, _doc("Log to syslog.")] = True
    log_level: Annotated[str, _doc("The least severe to log: emergency … debug.")] = "info"
    libs_logger: LibsLogger = LibsLogger()
    output_timeout: Annotated[UInt32, _doc("How long an output may take before it is complained about, in ms.")] = 2000
    syscall_event_timeouts: SyscallEventTimeouts = SyscallEventTimeouts()
    syscall_event_drops: SyscallEventDrops = SyscallEventDrops()
    metrics: Metrics = Metrics()
    base_syscalls: BaseSyscalls = BaseSyscalls()
    falco_libs: FalcoLibs = FalcoLibs()
