"""Modules that come with Node.js, and those that only another runtime has.

Source: ``require("node:module").builtinModules`` of Node.js 16 to 24, found; what a ``node:`` must
stand before is in Node's documentation of each module, found.
"""

from __future__ import annotations

_MODULES = """
_http_agent _http_client _http_common _http_incoming _http_outgoing _http_server _stream_duplex
_stream_passthrough _stream_readable _stream_transform _stream_wrap _stream_writable _tls_common
_tls_wrap assert assert/strict async_hooks buffer child_process cluster console constants crypto
dgram diagnostics_channel dns dns/promises domain events fs fs/promises http http2 https inspector
inspector/promises module net os path path/posix path/win32 perf_hooks process punycode querystring
readline readline/promises repl stream stream/consumers stream/promises stream/web string_decoder
sys timers timers/promises tls trace_events tty url util util/types v8 vm wasi worker_threads zlib
"""
_PLAIN = frozenset(_MODULES.split())
_PREFIXED = frozenset({"sea", "sqlite", "test", "test/reporters"})
_NODE = "node:"
_OTHER_RUNTIMES = ("bun:", "cloudflare:")


def is_builtin(module: str, language: str) -> bool:
    """Return whether a runtime has a module, so that no package is meant.

    ``fs/promises`` is Node's, ``fs/other`` is not; ``node:test`` is, ``test`` is a package. All
    that begins with ``bun:`` or ``cloudflare:`` is of that runtime.
    """
    if module.startswith(_NODE):
        name = module.removeprefix(_NODE)
        return name in _PLAIN or name in _PREFIXED
    # With a slash at its end (``punycode/``) a module is the package of that name.
    return module in _PLAIN or module.startswith(_OTHER_RUNTIMES)
