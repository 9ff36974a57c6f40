"""The report in a real browser, from disk."""

from pathlib import Path

import pytest

ALL_ROWS = 6 * 3  # epochs, layers


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1440])
def test_it_is_drawn_without_complaint_in_every_size_and_light(page, report_url: str, width: int, scheme: str) -> None:
    page.open(report_url, width=width, scheme=scheme)
    assert page.complaints() == []
    assert page.run("return document.documentElement.scrollWidth") <= width  # nothing sticks out sideways
    assert page.run("return document.querySelectorAll('#curves .scatterlayer .trace').length") >= 2 * 3
    bright = page.run("return getComputedStyle(document.body).backgroundColor.match(/\\d+/g).map(Number)[0] > 127")
    assert bright == (scheme == "light")
    page.screenshot(f"report-{width}-{scheme}")


def test_the_button_changes_between_light_and_dark(page, report_url: str) -> None:
    page.open(report_url)
    colour = (
        "return [getComputedStyle(document.body).backgroundColor, document.getElementById('curves').layout.font.color]"
    )
    before = page.run(colour)
    page.run("document.getElementById('theme').click()")
    after = page.run(colour)
    assert before[0] != after[0]
    assert before[1] != after[1]
    assert page.text("#theme") == "Light"


def test_the_slider_moves_all_panels_together(page, report_url: str) -> None:
    page.open(report_url)
    page.choose("scatter-layer", "T1")
    seen = []
    for index, epoch in ((0, "0"), (3, "10"), (5, "100")):
        page.move(index)
        assert page.text("#epoch-text") == f"epoch {epoch}"
        for identifier in ("scatter", "histogram", "curves-cursor", "plane-cursor", "measures-cursor"):
            found = page.run("return document.getElementById(arguments[0]).dataset.epoch", identifier)
            assert found == epoch, identifier
        assert set(page.run("return [...document.querySelectorAll('tr.here')].map((row) => row.dataset.epoch)")) == {
            epoch
        }
        seen.append(
            page.run(
                "return [document.getElementById('scatter').toDataURL(),"
                "JSON.stringify(document.getElementById('histogram').data[0].y),"
                "document.querySelector('#curves-cursor line').getAttribute('x1'),"
                "document.querySelector('#plane-cursor circle').getAttribute('cx')]"
            )
        )
    for values in zip(*seen, strict=True):
        assert len(set(values)) == 3


def test_the_cursor_stands_where_its_epoch_is(page, report_url: str) -> None:
    page.open(report_url)
    page.move(3)  # epoch 10: at 1 on the axis of powers of ten
    line, expected = page.run(
        "const { xaxis } = document.getElementById('curves')._fullLayout;"
        "const line = document.querySelector('#curves-cursor line');"
        "return [Number(line.getAttribute('x1')), xaxis._offset + xaxis.l2p(1)]"
    )
    assert line == pytest.approx(expected)


def test_hovering_tells_the_interval(page, report_url: str) -> None:
    from selenium.webdriver.common.action_chains import ActionChains

    page.open(report_url)
    plot = page.chrome.find_element("css selector", "#curves .nsewdrag")
    page.run("window.scrollTo(0, 0)")
    ActionChains(page.chrome).move_to_element_with_offset(plot, 3, 5).move_to_element(plot).perform()
    text = page.until("return document.querySelector('#curves .hoverlayer').textContent")
    assert "epoch 10" in text or "epoch 3" in text
    assert "T1 (d = 6): " in text
    assert "[" in text.split("T1 (d = 6): ")[1]


def test_the_epoch_axis_is_logarithmic_or_not(page, report_url: str) -> None:
    page.open(report_url)
    page.run("document.getElementById('log').click()")
    assert page.run("return document.getElementById('curves').data[2].x.at(-1)") == 100
    assert page.complaints() == []


def test_quantity_and_mode_are_chosen(page, report_url: str) -> None:
    page.open(report_url)
    page.choose("quantity", "I(Y;T)")
    assert page.run("return document.getElementById('curves').layout.yaxis.title.text").startswith("I(Y;T)")
    page.choose("mode", "asymptotic")
    widths = page.run("const t = document.getElementById('curves').data[1]; return t.y[0] - t.y.at(-1)")
    assert widths == pytest.approx(0.02)  # of the stored asymptotic interval: 2 * 0.01


def test_the_table_sorts_by_any_column(page, report_url: str) -> None:
    page.open(report_url)
    column = (
        "return [...document.querySelectorAll('#table tbody tr')].map((row) => row.children[arguments[0]].textContent)"
    )
    click = "document.querySelectorAll('#table thead button')[arguments[0]].click()"
    assert len(page.run(column, 0)) == ALL_ROWS
    page.run(click, 3)
    ascending = [float(text) for text in page.run(column, 3)]
    assert ascending == sorted(ascending)
    page.run(click, 3)
    descending = [float(text) for text in page.run(column, 3)]
    assert descending == sorted(ascending, reverse=True)
    assert page.run("return document.querySelectorAll('#table th')[3].getAttribute('aria-sort')") == "descending"
    page.run("document.getElementById('table-here').click()")
    assert set(page.run(column, 0)) == {"100"}
    page.move(0)
    assert set(page.run(column, 0)) == {"0"}


def test_the_table_is_copied_with_all_its_digits(page, report_url: str) -> None:
    page.open(report_url)
    page.run(
        "window.kept = []; Object.defineProperty(navigator, 'clipboard', {configurable: true,"
        "value: {writeText: async (text) => {window.kept.push(text);}}}); document.getElementById('copy').click()"
    )
    lines = page.until("return window.kept[0]").splitlines()
    assert len(lines) == 1 + ALL_ROWS
    assert lines[0].startswith("epoch\tlayer\tI(X;T) lower\tI(X;T) estimate")
    first = lines[1].split("\t")
    assert float(first[4]) - float(first[2]) == pytest.approx(0.1, abs=1e-12)  # the stored ends, to the last digit


def test_copying_works_without_a_clipboard(page, report_url: str) -> None:
    page.open(report_url)
    page.run(
        "Object.defineProperty(navigator, 'clipboard', {configurable: true, value: undefined});"
        "document.execCommand = (what) => { window.kept = [what, document.activeElement.value]; };"
        "document.getElementById('copy').click()"
    )
    what, text = page.until("return window.kept")
    assert what == "copy"
    assert text.startswith("epoch\tlayer")


def test_points_are_named_turned_and_hidden(page, report_url: str) -> None:
    page.open(report_url)
    page.choose("scatter-layer", "T2")
    page.settled()
    drawn = "return document.getElementById('scatter').toDataURL()"
    assert page.run("return document.getElementById('scatter-dims').value") == "3"
    before = page.run(drawn)
    drag = (
        "const c = document.getElementById('scatter'); c.setPointerCapture = () => {};"
        "for (const [kind, x] of [['down', 50], ['move', 120], ['up', 120]])"
        "c.dispatchEvent(new PointerEvent('pointer' + kind, {clientX: x, clientY: 60, pointerId: 1}))"
    )
    page.run(drag)
    turned = page.run(drawn)
    assert turned != before
    page.run("document.querySelector('#scatter-legend button').click()")
    assert page.run(drawn) != turned
    page.choose("scatter-dims", "2")
    page.choose("scatter-layer", "T3")  # of one unit
    page.settled()
    assert page.run("return document.getElementById('scatter-dims').disabled") is True
    page.choose("scatter-layer", "T2")
    assert page.complaints() == []


def test_statuses_settings_versions_and_commands_are_there(page, report_url: str) -> None:
    page.open(report_url)
    details = page.text("#details")
    for words in (
        "infoflow run szt-tanh --seed 3",
        "infoflow report",
        "near ceiling",
        "an interval is wide",
        "beta",
        "version of numpy",
    ):
        assert words in details


def test_runs_are_compared_and_their_names_stay_texts(page, comparison_url: str) -> None:
    page.open(comparison_url)
    assert page.complaints() == []
    assert page.run("return window.hit") is None
    assert page.run("return document.querySelectorAll('#details tr.differs').length") >= 1
    lines = "return document.getElementById('curves').data.filter((t) => t.legendgroup && !t.yaxis).length"
    assert page.run(lines) == 3 * 2 * 2  # runs, layers, band and line
    page.run("document.querySelectorAll('#runs button')[2].click()")
    assert page.run(lines) == 2 * 2 * 2
    assert "<b onclick=window.hit=1>T2" in page.text("#curves .legend")
    assert "<script>window.hit=1" in page.text("#runs")
    page.choose("scatter-run", "1")
    page.settled()
    assert "seed1" in page.text("#scatter-caption")
    page.screenshot("comparison-1440-light")
    assert page.run("return window.hit") is None


def test_a_run_without_arrays_has_no_empty_panels(page, stored_run, tmp_path: Path) -> None:
    from infoflow.report.document import write_report

    stored_run(tmp_path / "run", (0, 1, 10), {"T1": 3}, arrays=False)
    page.open(write_report([tmp_path / "run"], tmp_path / "report.html").as_uri(), width=390)
    assert page.complaints() == []
    assert page.run("return document.getElementById('panel-scatter').offsetParent") is None
    assert "no scatter and no histograms" in page.text("#notes")
    page.move(1)
    assert page.text("#epoch-text") == "epoch 1"
    page.screenshot("without-arrays-390-light")


def test_a_script_of_a_run_could_not_even_start(page, report_url: str) -> None:
    """The page admits its own scripts by digest alone, should an escape ever be forgotten."""
    page.open(report_url)
    page.run("const s = document.createElement('script'); s.textContent = 'window.hit = 1'; document.body.append(s)")
    assert page.run("return window.hit") is None
    assert any("Content Security Policy" in text for text in page.complaints())
