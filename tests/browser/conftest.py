"""One headless Chromium for all browser tests; without a browser they skip and say why."""

import base64
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from infoflow.report.document import write_report

SCREENSHOTS = Path(__file__).parents[2] / "artifacts" / "browser"
FLAGS = ("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--hide-scrollbars")
PATIENCE = 60  # seconds until a wait fails; a loaded machine is slow, and time is never what is tested
LAYERS = {"T1": 6, "T2": 3, "T3": 1}
NASTY = "<script>window.hit=1<!-- & <img src=x onerror=window.hit=1> %{x} seed0"


@pytest.fixture(scope="session")
def chrome() -> Iterator[Any]:
    webdriver = pytest.importorskip("selenium.webdriver", reason="selenium is not installed")
    from selenium.webdriver.chrome.service import Service

    browser = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    driver = shutil.which("chromedriver")
    if browser is None or driver is None:
        missing = "chromium" if browser is None else "chromedriver"
        pytest.skip(f"{missing} is not installed (on Debian: apt-get install chromium chromium-driver)")
    options = webdriver.ChromeOptions()
    options.binary_location = browser
    for flag in FLAGS:
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    opened = webdriver.Chrome(service=Service(driver), options=options)
    opened.set_page_load_timeout(PATIENCE)
    opened.set_script_timeout(PATIENCE)
    yield opened
    opened.quit()


class Page:
    """A page of ours in the browser."""

    def __init__(self, chrome: Any) -> None:
        self.chrome = chrome

    def open(self, url: str, *, width: int = 1440, height: int = 900, scheme: str = "light") -> None:
        """Open a page and wait until it is drawn."""
        size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600}
        self.chrome.get("about:blank")
        self.chrome.get_log("browser")
        self.chrome.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
        features = [{"name": "prefers-color-scheme", "value": scheme}]
        self.chrome.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})
        self.chrome.get(url)
        self.until("return document.documentElement.dataset.ready === 'yes'")

    def run(self, script: str, *arguments: Any) -> Any:
        """Run JavaScript in the page."""
        return self.chrome.execute_script(script, *arguments)

    def until(self, script: str, *arguments: Any) -> Any:
        """Wait until a script returns something true, and return it."""
        from selenium.webdriver.support.ui import WebDriverWait

        return WebDriverWait(self.chrome, PATIENCE, 0.05).until(lambda _: self.run(script, *arguments), script)

    def settled(self) -> None:
        """Wait for two frames: what a step asked for has been painted."""
        self.chrome.execute_async_script(
            "const done = arguments[0]; requestAnimationFrame(() => requestAnimationFrame(() => done()));"
        )

    def move(self, index: int) -> None:
        """Move the epoch slider as a hand would."""
        self.run(
            "const s = document.getElementById('epoch'); s.value = arguments[0];s.dispatchEvent(new Event('input'))",
            index,
        )
        self.settled()

    def text(self, selector: str) -> str:
        """Return the text of the first element that matches."""
        return str(self.run("return document.querySelector(arguments[0]).textContent", selector))

    def choose(self, identifier: str, value: str) -> None:
        """Choose an option of a select."""
        script = "const s = document.getElementById(arguments[0]); s.value = arguments[1];"
        self.run(script + "s.dispatchEvent(new Event('change'))", identifier, value)

    def complaints(self) -> list[str]:
        """Return what the browser's console says."""
        return [entry["message"] for entry in self.chrome.get_log("browser")]

    def screenshot(self, name: str) -> Path:
        """Store a picture of the whole page among the artefacts."""
        width, height = self.run("return [innerWidth, document.documentElement.scrollHeight]")
        size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600}
        self.chrome.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
        self.settled()
        shot = self.chrome.execute_cdp_cmd("Page.captureScreenshot", {})
        SCREENSHOTS.mkdir(parents=True, exist_ok=True)
        path = SCREENSHOTS / f"{name}.png"
        path.write_bytes(base64.b64decode(shot["data"]))
        return path


@pytest.fixture
def page(chrome: Any) -> Page:
    return Page(chrome)


@pytest.fixture(scope="session")
def report_url(stored_run: Callable[..., Any], tmp_path_factory: pytest.TempPathFactory) -> str:
    """A report on one run, by its file:// address."""
    folder = tmp_path_factory.mktemp("report")
    stored_run(folder / "run", (0, 1, 3, 10, 30, 100), LAYERS, m=300)
    return write_report([folder / "run"], folder / "report.html").as_uri()


@pytest.fixture(scope="session")
def comparison_url(stored_run: Callable[..., Any], tmp_path_factory: pytest.TempPathFactory) -> str:
    """A report on three runs with unpleasant names, one of them without arrays."""
    folder = tmp_path_factory.mktemp("comparison")
    layers = {"T1": 3, "<b onclick=window.hit=1>T2": 2}
    stored_run(folder / NASTY, (0, 1, 10), layers, experiment="</script><script>window.hit=1</script>", seed=0)
    stored_run(folder / "seed1", (0, 1, 10, 100), layers, seed=1)
    stored_run(folder / "seed2", (0, 10), layers, seed=2, arrays=False)
    return write_report([folder], folder / "report.html").as_uri()
