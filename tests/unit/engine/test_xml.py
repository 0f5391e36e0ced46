"""The XML reader takes nothing that a stranger could abuse, and names the place of every fault."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from zeebe_grpc.engine import xml

BOMB = (
    b'<!DOCTYPE a [<!ENTITY l0 "ha">'
    + b"".join(b'<!ENTITY l%d "&l%d;&l%d;&l%d;&l%d;">' % (n, n - 1, n - 1, n - 1, n - 1) for n in range(1, 40))
    + b']><a b="&l39;">&l39;</a>'
)


def refusal(content: bytes) -> xml.XmlError:
    with pytest.raises(xml.XmlError) as caught:
        xml.parse(content, "order.bpmn")
    return caught.value


def test_names_and_namespaces_are_told_apart() -> None:
    root = xml.parse(b'<d:definitions xmlns:d="urn:dmn"><d:decision id="a"/><plain/></d:definitions>', "a.dmn")
    assert (xml.namespace(root), xml.local_name(root)) == ("urn:dmn", "definitions")
    assert [(xml.namespace(child), xml.local_name(child)) for child in root] == [("urn:dmn", "decision"), ("", "plain")]


def test_comments_and_processing_instructions_are_no_children() -> None:
    root = xml.parse(b"<a><!-- one --><b/><?two three?>te<!-- x -->xt</a>", "a.dmn")
    assert [child.tag for child in root] == ["b"]
    assert root[0].tail == "text"


def test_lines_are_kept() -> None:
    assert xml.parse(b"<a>\n<b/>\n</a>", "a.dmn")[0].sourceline == 2


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "iso-8859-1"])
def test_declared_encodings_are_read(encoding: str) -> None:
    document = f'<?xml version="1.0" encoding="{encoding}"?><a n="gr\u00fcn"/>'.encode(encoding)
    assert xml.parse(document, "a.dmn").get("n") == "gr\u00fcn"


def test_the_place_of_a_fault_is_named() -> None:
    error = refusal(b"<a>\n  <b></a>")
    assert (error.source, error.line, error.column) == ("order.bpmn", 2, 10)
    assert str(error).startswith("order.bpmn: line 2, column 10: ")
    assert str(error).count("line 2, column 10") == 1


@pytest.mark.parametrize(
    "content", [b"", b"   ", b"nope", b"<a>&nbsp;</a>", b"<a/><b/>", b"<a b='1' b='2'/>", b"\xff\xff"]
)
def test_what_is_not_xml_is_refused(content: bytes) -> None:
    assert refusal(content).reason


def test_an_unknown_encoding_is_refused() -> None:
    assert "encoding" in str(refusal(b'<?xml version="1.0" encoding="klingon"?><a/>'))


@pytest.mark.parametrize(
    "content",
    [
        b"<!DOCTYPE a><a/>",
        b'<!DOCTYPE a SYSTEM "http://127.0.0.1:9/a.dtd"><a/>',
        b'<!DOCTYPE a [<!ENTITY x "y">]><a b="&x;">&x;</a>',
        '<?xml version="1.0" encoding="utf-16"?><!DOCTYPE a><a/>'.encode("utf-16"),
    ],
)
def test_a_document_type_declaration_is_refused(content: bytes) -> None:
    assert "DOCTYPE" in str(refusal(content))


def test_a_document_type_in_a_text_is_only_a_text() -> None:
    root = xml.parse(b"<!-- <!DOCTYPE a> --><a><![CDATA[<!DOCTYPE html>]]></a>", "a.dmn")
    assert root.text == "<!DOCTYPE html>"


def test_a_file_on_disk_is_not_read(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("secret")
    content = f'<!DOCTYPE a [<!ENTITY x SYSTEM "{secret.as_uri()}">]><a>&x;</a>'.encode()
    assert "secret" not in refusal(content).reason


def test_an_entity_bomb_is_refused_at_once() -> None:
    before = time.process_time()
    refusal(BOMB)
    assert time.process_time() - before < 1


def test_deep_nesting_is_refused() -> None:
    assert xml.parse(b"<a>" * 200 + b"</a>" * 200, "a.dmn").tag == "a"
    assert "depth" in refusal(b"<a>" * 100_000 + b"</a>" * 100_000).reason
