"""Serve the page's own files, with a policy that lets them load nothing else."""

import mimetypes
from pathlib import Path

from aiohttp import web

WEB_FOLDER = Path(__file__).parent.parent / "web"
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: https:; connect-src 'self'; "
    "font-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
}
_TYPES = {".js": "text/javascript", ".mjs": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml"}


async def serve_static(request: web.Request) -> web.Response:
    """Serve a file of the page's folder, or index.html for the folder itself. 404 for all else."""
    wanted = (WEB_FOLDER / (request.match_info.get("path") or "index.html")).resolve()
    if not wanted.is_relative_to(WEB_FOLDER.resolve()) or not wanted.is_file():
        raise web.HTTPNotFound
    kind = _TYPES.get(wanted.suffix) or mimetypes.guess_type(wanted.name)[0] or "application/octet-stream"
    charset = "utf-8" if kind.startswith("text/") else None
    return web.Response(body=wanted.read_bytes(), content_type=kind, charset=charset, headers=HEADERS)
