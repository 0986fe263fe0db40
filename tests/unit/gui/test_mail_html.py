"""HTML of strangers: made harmless, and shown without loading anything."""

from __future__ import annotations

import socket
import threading
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from launcher.gui.mail.html_view import HtmlView
from launcher.gui.mail.safe_html import DEEPEST, MOST_ELEMENTS, MOST_LETTERS, tame
from launcher.gui.mail.text_pane import TextPane


def test_words_and_their_look_stay() -> None:
    html = '<p style="color: red">Dear <b>you</b></p><table border="1"><tr><td>1</td></tr></table>'
    assert tame(html) == (
        '<p style="color: red">Dear <b>you</b></p><table border="1"><tr><td>1</td></tr></table>'
    )


@pytest.mark.parametrize(
    "bad",
    [
        "<script>alert(1)</script>",
        "<SCRIPT src=http://127.0.0.1/x.js></SCRIPT>",
        "<style>@import url(http://127.0.0.1/x.css)</style>",
        "<link rel=stylesheet href=http://127.0.0.1/x.css>",
        "<iframe src=http://127.0.0.1/></iframe>",
        "<object data=http://127.0.0.1/></object>",
        "<form action=http://127.0.0.1/><input name=a></form>",
        "<img src=http://127.0.0.1/x.png>",
        "<body background=http://127.0.0.1/x.png>",
        '<p style="background: url(http://127.0.0.1/x.png)">',
        '<p style="width: expression(alert(1))">',
        '<a href="javascript:alert(1)">',
        '<p onclick="alert(1)">',
        '<td background="http://127.0.0.1/x.png">',
        "<svg><image href=http://127.0.0.1/x.png></svg>",
        "<base href=http://127.0.0.1/>",
        "<meta http-equiv=refresh content='0; url=http://127.0.0.1/'>",
    ],
)
def test_nothing_is_left_that_loads_runs_or_leads_away(bad: str) -> None:
    made = tame(f"before{bad}after")
    assert "127.0.0.1" not in made
    assert "alert" not in made
    assert made.startswith("before")


def test_a_picture_stands_as_its_words() -> None:
    assert tame("<img src=x.png alt='Our <logo>'>") == "[Our &lt;logo&gt;]"


def test_text_that_looks_like_html_stays_text() -> None:
    assert tame("&lt;script&gt;alert(1)&lt;/script&gt;") == "&lt;script&gt;alert(1)&lt;/script&gt;"


def test_nesting_and_length_are_bounded() -> None:
    made = tame("<div>" * 20_000 + "deep")
    assert made.count("<div>") == DEEPEST
    assert made.endswith("deep")
    made = tame("<tr><td>x</td></tr>" * 5_000)
    assert made.count("<tr>") + made.count("<td>") == MOST_ELEMENTS
    assert made.count("x") == 5_000
    assert "200,000 more letters" in tame("x" * (2 * MOST_LETTERS))


def test_tags_that_cross_are_closed_in_order() -> None:
    assert tame("<b><i>x</b>y</i>") == "<b><i>x</i></b>y"


def test_the_view_asks_nobody_for_anything(qtbot: QtBot, tmp_path: Path) -> None:
    """Even what would get past the taming is not loaded, from the net or from this machine."""
    asked = threading.Event()
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        listening.settimeout(2)

        def wait() -> None:
            try:
                listening.accept()
            except OSError:
                return
            asked.set()

        thread = threading.Thread(target=wait)
        thread.start()
        port = listening.getsockname()[1]
        picture = tmp_path / "x.png"
        picture.write_bytes(b"x")
        view = HtmlView("HTML")
        qtbot.addWidget(view)
        view.setHtml(
            f"<img src='http://127.0.0.1:{port}/x.png'><img src='{picture.as_uri()}'>"
            f"<link rel=stylesheet href='http://127.0.0.1:{port}/x.css'>"
        )
        view.show()
        qtbot.waitExposed(view)
        assert view.loadResource(2, picture.as_uri()) is None
        thread.join()
    assert not asked.is_set()


def test_the_readers_place_stays_while_the_html_does(qtbot: QtBot) -> None:
    view = HtmlView("HTML")
    qtbot.addWidget(view)
    view.resize(200, 100)
    view.show()
    view.show_html("<p>line</p>" * 100)
    view.verticalScrollBar().setValue(300)
    view.show_html("<p>line</p>" * 100)
    assert view.verticalScrollBar().value() == 300
    view.show_html("<p>other</p>")
    assert view.toPlainText() == "other"


@pytest.mark.parametrize("width", [120, 400])
def test_a_pane_of_a_few_words_is_as_high_as_they_need(width: int, qtbot: QtBot) -> None:
    pane = TextPane("Tries", code=True, tallest=300)
    qtbot.addWidget(pane)
    pane.show()
    pane.resize(width, 40)
    pane.show_text("1 · 14:12:03 · RCPT · 451 4.3.0 Temporary failure, mailbox busy")
    pane.resize(width, pane.height())
    qtbot.waitUntil(lambda: pane.verticalScrollBar().maximum() == 0)
    pane.show_text("line\n" * 200)
    assert pane.height() == 300
