"""A browser without a screen: keeps cookies, reads forms, sends what a browser sends beside them."""

from __future__ import annotations

import re
from typing import Any

from backend.testing import Network

PAGE = {"Accept": "text/html,application/xhtml+xml;q=0.9,*/*;q=0.8", "Accept-Language": "en"}
OWN = {"Sec-Fetch-Site": "same-origin"}


class Browser:
    def __init__(self, network: Network, **headers: str) -> None:
        self.client = network.world.app.test_client()
        self.headers = PAGE | headers

    def get(self, path: str, **more: Any) -> Any:
        return self.client.get(path, headers=self.headers, **more)

    def post(self, path: str, form: dict[str, str] | None = None, *, token: str | None = None, **headers: str) -> Any:
        """A form of the page that was loaded last, with its token; another `token` where one is given."""
        data = {"form_token": self.token() if token is None else token, **(form or {})}
        return self.client.post(path, data=data, headers=self.headers | OWN | headers)

    def home(self) -> Any:
        """The first page of whoever is signed in."""
        return self.get("/", follow_redirects=True)

    @property
    def is_outside(self) -> bool:
        """Whether it is shown the door."""
        return bool(self.get("/").headers.get("Location") == "/door")

    def token(self) -> str:
        found = re.search(r'name="form_token" value="([0-9a-f]*)"', self.get("/door").text)
        assert found is not None
        return found[1]

    def enter_as(self, account: str) -> Browser:
        answer = self.post(f"/door/parties/{account}")
        assert answer.status_code == 303, answer.text
        return self

    @property
    def session(self) -> str | None:
        cookie = self.client.get_cookie("feiqian_session")
        return None if cookie is None else str(cookie.value)
