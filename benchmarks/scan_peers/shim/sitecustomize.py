"""Sends every request of a peer to the loopback server, whatever host it was meant for.

Python imports this module at its start when its folder is on PYTHONPATH. A request keeps its path
and its method; scheme, host and port are replaced, so no TLS is spoken. Libraries are changed as
they are imported, so that a peer pays for none that it does not use. Connections to anything but
the server are refused, and no name is resolved.
"""

import os
import socket
import sys
from importlib.machinery import PathFinder

SERVER = ("127.0.0.1", int(os.environ["SCAN_PEERS_PORT"]))


def local(url):
    """Return a URL with the server in the place of its host."""
    _, _, rest = url.partition("://")
    start = min((at for at in map(rest.find, "/?#") if at >= 0), default=len(rest))
    path = rest[start:]
    return f"http://{SERVER[0]}:{SERVER[1]}" + (path if path.startswith("/") else "/" + path)


def change_http_client(module):
    def connect(self):
        self.sock = socket.create_connection(SERVER, self.timeout)
        self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    module.HTTPConnection.connect = connect
    if hasattr(module, "HTTPSConnection"):
        module.HTTPSConnection.connect = connect


def change_requests(module):
    send = module.HTTPAdapter.send

    def redirected(self, request, *args, **options):
        request.url = local(request.url)
        return send(self, request, *args, **options)

    module.HTTPAdapter.send = redirected


def change_httpx(module):
    sync, later = module.HTTPTransport, module.AsyncHTTPTransport
    handle, handle_later = sync.handle_request, later.handle_async_request

    def redirect(request):
        host, port = SERVER
        request.url = request.url.copy_with(scheme="http", host=host, port=port)
        return request

    def redirected(self, request):
        return handle(self, redirect(request))

    async def redirected_later(self, request):
        return await handle_later(self, redirect(request))

    sync.handle_request, later.handle_async_request = redirected, redirected_later


def change_aiohttp(module):
    request = module.ClientSession._request

    async def redirected(self, method, url, **options):
        return await request(self, method, local(str(url)), **options)

    module.ClientSession._request = redirected


CHANGES = {
    "http.client": change_http_client,
    "requests.adapters": change_requests,
    "httpx._transports.default": change_httpx,
    "aiohttp.client": change_aiohttp,
}


class Finder:
    """Changes the libraries that speak HTTP when they have been loaded."""

    @staticmethod
    def find_spec(name, path=None, target=None):
        """Find one of those libraries as ever, and change it behind its loading."""
        if name not in CHANGES:
            return None
        spec = PathFinder.find_spec(name, path, target)
        if spec is not None:
            load = spec.loader.exec_module

            def load_and_change(module):
                load(module)
                CHANGES[name](module)

            spec.loader.exec_module = load_and_change
        return spec


def guard():
    """Refuse every other way out."""
    plain = {name: getattr(socket.socket, name) for name in ("connect", "connect_ex")}
    resolve = socket.getaddrinfo

    def guarded(name):
        def connect(self, address):
            inet = self.family in (socket.AF_INET, socket.AF_INET6)
            if inet and tuple(address[:2]) != SERVER:
                raise ConnectionRefusedError(f"no way to {address}")
            return plain[name](self, address)

        return connect

    def resolved(host, *args, **options):
        if host != SERVER[0]:
            raise socket.gaierror(f"no way to {host}")
        return resolve(host, *args, **options)

    for name in plain:
        setattr(socket.socket, name, guarded(name))
    socket.getaddrinfo = resolved


guard()
sys.meta_path.insert(0, Finder)
