"""Which layer may see which, and which word belongs where. One table a rule; check.py applies them."""

# Folder -> the folders whose headers it may include (its own always). "main" is daemon/*.cpp: the composition root.
LAYERS = {
    "daemon/model": [],
    "daemon/man": [],  # manual pages, no code
    "daemon/cgroupfs": ["daemon/model"],
    "daemon/config": ["daemon/model"],
    "daemon/store": ["daemon/model"],
    "daemon/service_manager": ["daemon/model"],
    "daemon/sandbox": ["daemon/model"],
    "daemon/runtimes": ["daemon/model"],
    "daemon/core": ["daemon/model", "daemon/cgroupfs", "daemon/config", "daemon/store", "daemon/service_manager", "daemon/runtimes"],
    "daemon/metrics": ["daemon/model", "daemon/cgroupfs", "daemon/config", "daemon/store", "daemon/service_manager", "daemon/runtimes",
                       "daemon/core"],
    "daemon/dbus": ["daemon/model", "daemon/cgroupfs", "daemon/config", "daemon/store", "daemon/service_manager", "daemon/runtimes",
                    "daemon/core"],
    "daemon": ["daemon/model", "daemon/cgroupfs", "daemon/config", "daemon/store", "daemon/service_manager", "daemon/runtimes",
               "daemon/core", "daemon/metrics", "daemon/dbus", "daemon/sandbox"],
    "client": ["daemon/model", "daemon/config"],
}
# Single headers that may be seen from where their folder may not.
EXTRA_INCLUDES = [
    ("client", "dbus/wire.h", "the client speaks the daemon's own wire form"),
    ("client", "dbus/wire_history.h", "the same, of the history"),
    ("client", "cgroupfs/host.h", "root of a container's user namespace is the user, whose bus it has"),
    ("client", "cgroupfs/formats.h", "doctor, and run when its command has ended, look at the hierarchy themselves, as they must work without the daemon, and read it with the daemon's parsers"),
]
# The proxy is generated from the documented XML, so it is no source of a layer.
GENERATED = {"dbus/manager_proxy.h": ["client", "tests"], "dbus/manager_skeleton.h": ["daemon/dbus"], "dbus/manager_adaptor.h": ["daemon/dbus"]}

# (what, regular expression, places where it may stand, why). Places are path prefixes.
TOKENS = [
    ("sdbus", r"\bsdbus::|<sdbus-c\+\+", ["daemon/dbus/", "daemon/service_manager/", "client/manager_bus"], "the bus library stays at the edge"),
    ("prometheus", r"\bprometheus::|<prometheus/", ["daemon/metrics/"], "metrics are a view"),
    ("microhttpd", r"\bMHD_\w+|<microhttpd", ["daemon/metrics/"], "HTTP is a view"),
    ("yaml", r"\bYAML::|<yaml-cpp", ["daemon/metrics/web_config.cpp"], "one file is in Prometheus' form, all others are ours"),
    ("json", r"\bnlohmann\b", ["client/", "daemon/runtimes/runtime_files.cpp"], "the daemon speaks the bus, not JSON; runtimes leave some"),
    ("CLI11", r"\bCLI::|<CLI/", ["client/"], "the daemon's few options need no library"),
    ("std::filesystem", r"<filesystem>|\bstd::filesystem\b", ["client/"], "cgroup files are opened beneath the root only"),
    ("fstream", r"<fstream>|\bstd::[io]?fstream\b", ["client/"], "cgroup files are opened beneath the root only"),
    ("shell", r"\bpopen\s*\(|(?<![\w.:])system\s*\(|\bstd::system\s*\(", [], "no shell is ever started"),
]
# Where the names of limits' interface files may stand as literals, beside the table itself.
LIMIT_LITERALS = [
    ("daemon/model/limits.cpp", "the limit table"),
    ("daemon/cgroupfs/", "the folder that knows kernel text"),
    ("daemon/metrics/families", "the fixed families of usage"),
    ("daemon/core/status", "counters are named like limits (pids.events has pids.max), and the machine's own bounds stand in for absent ones"),
    ("daemon/core/stall_watch", "knows memory.high's trap by name"),
    ("daemon/core/soft_landing", "squeezes with memory.high and asks memory.swap.max, whatever was asked for"),
]
# Third-party and system headers that daemon/model may include: it has no I/O.
MODEL_HEADERS = {"tl/expected.hpp"}
# Standard headers that do I/O or start threads, which model must not.
MODEL_FORBIDDEN = {"iostream", "fstream", "filesystem", "thread", "mutex", "future", "condition_variable", "cstdio", "cstdlib", "print"}

TOP_LEVEL = {"CMakeLists.txt", "CMakePresets.json", "daemon", "client", "conf", "tests", "systemd", "README.md", "dev", "LICENSE", "CHANGELOG.md",
             ".ci", ".clang-format", ".clang-tidy", ".gitignore", ".git", "build"}
TOP_LEVEL_IGNORED = {".cache", "compile_commands.json"}  # what .gitignore names

# A path that exists on one machine only. dev and eve live in the guest; u is nobody's.
MACHINE_PATH = r"""(?<![\w.$}>])/(?:home|work|Users)/(?!(?:dev|eve|u)\b)\w+"""
