"""What fetch never connects to, whatever a store or a server says."""

import re
import socket
import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import httpcore
import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from labelstore.connected.fetching.addresses import Addresses, PinnedBackend, refusal, resolved
from labelstore.connected.fetching.client import Client
from labelstore.connected.fetching.fetch import Safety
from labelstore.connected.fetching.hosts import Allowed, Place, named_place, place_of
from labelstore.connected.fetching.results import NotFetchedError
from tests.asset_server import serving
from tests.fetched import QUICK, fetched, ledger, store_at
from tests.soaking import amount

REFUSED = {
    "127.0.0.1": "this computer",
    "127.8.8.8": "this computer",
    "::1": "this computer",
    "0.0.0.0": "no address of a host",
    "::": "no address of a host",
    "10.0.0.1": "no address of the public network",
    "172.16.5.4": "no address of the public network",
    "192.168.1.1": "no address of the public network",
    "100.64.0.1": "no address of the public network",
    "192.0.2.1": "no address of the public network",
    "198.18.0.1": "no address of the public network",
    "198.51.100.7": "no address of the public network",
    "fc00::1": "no address of the public network",
    "fd12:3456::1": "no address of the public network",
    "2001:db8::1": "no address of the public network",
    "fec0::1": "no address of the public network",
    "169.254.169.254": "a link-local address",
    "fe80::1": "a link-local address",
    "fe80::1%eth0": "a link-local address",
    "224.0.0.1": "a multicast address",
    "239.1.2.3": "a multicast address",
    "ff02::1": "a multicast address",
    "240.0.0.1": "a reserved address",
    "255.255.255.255": "a reserved address",
    "::ffff:127.0.0.1": "this computer",
    "::ffff:10.0.0.1": "no address of the public network",
    "::ffff:169.254.169.254": "a link-local address",
    "2002:7f00:1::": "this computer",
    "2002:a00:1::1": "no address of the public network",
    "64:ff9b::7f00:1": "this computer",
    "64:ff9b::a9fe:a9fe": "a link-local address",
    "64:ff9b:1::a00:1": "no address of the public network",
    "2001:0:4136:e378:8000:63bf:3fff:fdd2": "",
    "::127.0.0.1": "",
    "nonsense": "no address",
}
PUBLIC = ("8.8.8.8", "93.184.216.34", "2606:2800:220:1:248:1893:25c8:1946", "64:ff9b::808:808", "::ffff:8.8.8.8")


@pytest.mark.parametrize("address", REFUSED)
def test_addresses_that_are_refused(address: str) -> None:
    why = refusal(address)
    assert why is not None
    assert why.startswith(REFUSED[address])


@pytest.mark.parametrize("address", PUBLIC)
def test_public_addresses_are_not_refused(address: str) -> None:
    assert refusal(address) is None


@pytest.mark.parametrize("address", ["127.0.0.1", "::1", "10.0.0.1", "192.168.1.1", "fd12:3456::1", "::ffff:10.0.0.1"])
def test_private_addresses_can_be_allowed(address: str) -> None:
    assert refusal(address, allows_private=True) is None


@pytest.mark.parametrize("address", ["169.254.169.254", "fe80::1", "224.0.0.1", "0.0.0.0", "240.0.0.1"])
def test_others_cannot(address: str) -> None:
    assert refusal(address, allows_private=True) is not None


@pytest.mark.parametrize(
    "host", ["2130706433", "0x7f.1", "0177.0.0.1", "127.1", "[::ffff:127.0.0.1]", "localhost", "LOCALHOST."]
)
def test_spellings_of_this_computer_are_refused(tmp_path: Path, host: str) -> None:
    store = store_at(tmp_path, [f"http://{host}/a.png"])
    outcome = fetched(store, None, QUICK._replace(attempts=1), safety=Safety())
    assert (outcome.fetched, outcome.not_fetched) == (0, 1)
    ((status, reason),) = outcome.reasons
    assert status == "refused" or "is not known here" in str(reason)


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("ftp://example.com/a", "only http and https"),
        ("file:///etc/passwd", "only http and https"),
        ("gopher://example.com/", "only http and https"),
        ("data:image/png;base64,AAAA", "only http and https"),
        ("//example.com/a", "only http and https"),
        ("http:///a", "names no host"),
        ("https://me@example.com/a", "has a user"),
        ("https://me:secret@example.com/a", "has a user"),
        ("http://[::1/a", "is no address"),
        ("http://a b/", "is no address"),
        ("http://example.com:99999/", "is no address"),
        ("http://exa\x00mple.com/", "is no address"),
    ],
)
def test_urls_that_lead_nowhere(url: str, why: str) -> None:
    with pytest.raises(NotFetchedError, match=why):
        place_of(url)


def test_places_of_urls() -> None:
    assert place_of("HTTPS://Example.COM./a") == Place("example.com", 443)
    assert place_of("http://example.com:8080/a") == Place("example.com", 8080)
    assert place_of("https://bücher.example/") == Place("xn--bcher-kva.example", 443)
    assert str(Place("::1", 8080)) == "[::1]:8080"
    assert named_place("Example.com") == Place("example.com", 0)
    assert named_place("example.com:8443") == Place("example.com", 8443)
    assert named_place("[::1]:80") == Place("::1", 80)
    assert named_place("::1") == Place("::1", 0)
    for wrong in ("", "http://a", "a/b", "me@a", "a:b", "a b"):
        with pytest.raises(ValueError, match=f"^{re.escape(wrong)}$"):
            named_place(wrong)


def test_a_host_is_allowed_at_the_usual_ports_only() -> None:
    allowed = Allowed(["a.example.com"], [Place("b.example.com", 8443), Place("c.example.com", 0)])
    for url in (
        "http://a.example.com/",
        "https://a.example.com/",
        "https://b.example.com:8443",
        "https://c.example.com",
    ):
        allowed.check(url)
    allowed.check("https://storage.labelbox.com/mask")
    for url in ("http://labelbox.com", "https://notlabelbox.com", "https://labelbox.com.example.com"):
        with pytest.raises(NotFetchedError, match="is not allowed"):
            allowed.check(url)
    for url in (
        "https://a.example.com:8443",
        "https://b.example.com",
        "https://c.example.com:22",
        "https://d.example.com",
    ):
        with pytest.raises(NotFetchedError, match="is not allowed"):
            allowed.check(url)


def test_an_unusual_port_has_to_be_named(tmp_path: Path) -> None:
    store = store_at(tmp_path, ["https://pictures.example.com:8443/a.png"])
    outcome = fetched(store, safety=Safety())
    ((_, reason),) = outcome.reasons
    assert reason == "at an unusual port: --allow-host pictures.example.com:8443 allows it"
    assert outcome.asked == 0
    assert ledger(store) == {}


def test_private_addresses_need_a_host_that_is_named(tmp_path: Path) -> None:
    with serving() as server:
        store = store_at(tmp_path, [server.serve("/a.png")])
        fetched(store, safety=Safety([server.place]))
        assert ledger(store)["/a.png"] == ("refused", "127.0.0.1 is at 127.0.0.1, this computer")
        assert server.asked == []
        assert fetched(store, safety=Safety([server.place], allow_private=True)).fetched == 1


def test_the_address_that_was_checked_is_connected_to() -> None:
    """The second answer of the name server is private: it is checked like the first, and never used."""
    with serving() as server:
        server.serve("/a.png")
        answers = [["127.0.0.1"], ["10.0.0.1"]]
        asked: list[str] = []

        def resolve(host: str, port: int) -> list[str]:
            asked.append(host)
            return answers.pop(0)

        port = server.server.server_port
        allowed = Allowed((), [Place("rebinding.example.com", port)])
        addresses = Addresses(lambda place: place == Place("rebinding.example.com", port) and len(asked) == 1, resolve)
        client = Client(addresses, connections=1, timeout=5)
        url = httpx.URL(f"http://rebinding.example.com:{port}/a.png")
        allowed.check(url)
        response = client.get(url, {})
        assert response.read()
        assert server.asked[0].headers["host"] == f"rebinding.example.com:{port}"
        assert asked == ["rebinding.example.com"]
        client.close()
        with pytest.raises(NotFetchedError, match=r"is at 10\.0\.0\.1"):
            client.get(url, {})
        client.close()
        assert asked == ["rebinding.example.com"] * 2


def test_one_private_address_of_several_refuses_all() -> None:
    backend = PinnedBackend(Addresses(resolve=lambda *_: ["8.8.8.8", "10.0.0.1"]))
    with pytest.raises(NotFetchedError, match="is at 10"):
        backend.connect_tcp("mixed.example.com", 443)


def test_the_next_address_is_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    tried: list[Any] = []

    def refuse(address: Any, *_: Any, **__: Any) -> socket.socket:
        tried.append(address)
        raise ConnectionRefusedError

    monkeypatch.setattr(socket, "create_connection", refuse)
    backend = PinnedBackend(Addresses(resolve=lambda *_: ["8.8.8.8", "8.8.4.4"]))
    with pytest.raises(httpcore.ConnectError):
        backend.connect_tcp("example.com", 443)
    assert tried == [("8.8.8.8", 443), ("8.8.4.4", 443)]
    with pytest.raises(httpcore.ConnectError, match="no sockets"):
        backend.connect_unix_socket("/run/docker.sock")


def test_names_that_are_none_are_told() -> None:
    with pytest.raises(OSError, match="name"):
        resolved("a" * 300 + ".example.com", 80)


def test_proxies_and_logins_of_the_environment_are_not_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with serving() as server, serving() as proxy:
        for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, proxy.url(""))
        (tmp_path / "netrc").write_text("machine 127.0.0.1 login me password s3cret\n")
        monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
        store = store_at(tmp_path, [server.serve("/a.png")])
        assert fetched(store, server).fetched == 1
        assert proxy.asked == []
        assert "authorization" not in server.asked[0].headers


def test_nothing_that_is_logged_has_tokens(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    with serving() as server:
        server.serve("/a.png", status=503)
        store = store_at(tmp_path, [server.url("/a.png?token=s3cret")])
        fetched(store, server)
    assert "s3cret" not in caplog.text


PIECES = (
    "a", "//", "@", ":", "[", "]", "?", "#", "token=", "Expires=9999999999999", "%", "\x00", "\u202e", "é", "..", "/",
    "\\", "&", "=", "X-Goog-Date=", "xn--", "🙂", "\x7f", "127.0.0.1", ";", "se=", "sig=a", "\r\n", "https://",
)  # fmt: skip


@pytest.mark.soak
def test_whatever_a_url_says_the_run_ends_well(tmp_path: Path) -> None:
    dice = Random(5)
    urls = [
        dice.choice(("http://", "https://")) + "".join(dice.choices(PIECES, k=dice.randrange(12)))
        for _ in range(amount(20_000, 500))
    ]
    store = store_at(tmp_path, [*urls, "https://xn--/a", "https://xn--a.xn--/"])
    outcome = fetched(store, None, QUICK._replace(attempts=1), safety=Safety(), resolve=lambda *_: ["10.0.0.1"])
    assert outcome.not_fetched > 200
    assert set(outcome.statuses) <= {"refused", "expired"}


def certified(folder: Path, host: str) -> Path:
    """A certificate that a host signed itself, and its key, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, host)])
    moment = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(moment - timedelta(days=1))
        .not_valid_after(moment + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem, plain = serialization.Encoding.PEM, serialization.NoEncryption()
    file = folder / "certificate.pem"
    file.write_bytes(made.public_bytes(pem) + key.private_bytes(pem, serialization.PrivateFormat.PKCS8, plain))
    return file


def test_certificates_have_to_be_of_the_host_in_the_url(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = certified(tmp_path, "pictures.example.com")
    trusted = httpx.create_ssl_context(trust_env=False)
    with serving() as server:
        server.serve("/a.png")
        tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        tls.load_cert_chain(file)
        server.server.socket = tls.wrap_socket(server.server.socket, server_side=True)
        port = server.server.server_port
        client = Client(Addresses(lambda _: True, lambda *_: ["127.0.0.1"]), connections=1, timeout=5)
        with pytest.raises(httpx.ConnectError, match="CERTIFICATE_VERIFY_FAILED"):
            client.get(httpx.URL(f"https://pictures.example.com:{port}/a.png"), {})
        client.close()
        trusted.load_verify_locations(file)
        monkeypatch.setattr("labelstore.connected.fetching.client._certificates", lambda: trusted)
        client = Client(Addresses(lambda _: True, lambda *_: ["127.0.0.1"]), connections=1, timeout=5)
        response = client.get(httpx.URL(f"https://pictures.example.com:{port}/a.png"), {})
        assert response.status_code == 200
        response.close()
        with pytest.raises(httpx.ConnectError, match=r"not valid for 'other\.example\.com'"):
            client.get(httpx.URL(f"https://other.example.com:{port}/a.png"), {})
        client.close()
