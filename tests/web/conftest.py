"""A browser to look at the page with: one process for all tests, one tab for each."""

import pytest

from tests.web import browser


@pytest.fixture(scope="session")
def running_browser(chromium):
    with browser.running(chromium) as address:
        yield address


@pytest.fixture
async def page(running_browser):
    async with browser.tab(running_browser) as page:
        yield page
