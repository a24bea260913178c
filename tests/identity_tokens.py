"""Identity tokens as a service that identifies machines would issue them, without a signature that holds."""

import base64
import json
import time
from typing import Any


def make_identity_token(seconds: float = 3_600, **claims: Any) -> str:
    """Return a JWT that expires in so many seconds."""
    now = int(time.time())
    header = {"alg": "RS256", "kid": "key-1", "typ": "JWT"}
    content = {"iss": "https://issuer.test", "sub": "batchdesk", "iat": now, "exp": now + int(seconds)} | claims
    parts = [json.dumps(part).encode() for part in (header, content)] + [b"geheim-signature"]
    return ".".join(base64.urlsafe_b64encode(part).decode().rstrip("=") for part in parts)
