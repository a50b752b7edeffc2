"""Settings: where they come from, and what is refused."""

from pathlib import Path

import pytest

from streams.settings import Settings, SettingsError


def test_defaults_suit_a_broker_on_this_machine():
    settings = Settings.read({})
    assert (settings.bootstrap_servers, settings.partitions, settings.web_host) == ("127.0.0.1:9092", 4, "127.0.0.1")


def test_the_environment_is_read_and_what_is_given_goes_before_it():
    environment = {
        "PEEKPROOF_PARTITIONS": "8",
        "PEEKPROOF_ROUND_MS": "50",
        "PEEKPROOF_EXPERIMENTS": "there",
        "PEEKPROOF_INGEST": "here.yaml",
        "OTHER": "1",
    }
    settings = Settings.read(environment, round_ms=20, web_port=None)
    assert (settings.partitions, settings.round_ms, settings.web_port) == (8, 20, 8080)
    assert (settings.experiments, settings.ingest) == (Path("there"), Path("here.yaml"))


def test_until_is_a_time():
    settings = Settings.read({"PEEKPROOF_UNTIL": "1970-01-01T00:00:01Z", "PEEKPROOF_IDLE_CLOCK": "record"})
    assert settings.until == 1_000


@pytest.mark.parametrize(
    ("name", "value", "wrong"),
    [
        ("PARTITIONS", "many", "partitions .PEEKPROOF_PARTITIONS.: Expected `int`"),
        ("PARTITIONS", "0", "partitions .PEEKPROOF_PARTITIONS.: must be greater than 0; leave it out"),
        ("IDLE_CLOCK", "sun", "idle_clock .PEEKPROOF_IDLE_CLOCK.: Invalid enum value 'sun'"),
        ("UNTIL", "tomorrow", "until .PEEKPROOF_UNTIL.: 'tomorrow' is not an RFC 3339 time"),
        ("UNTIL", "1970-01-01T00:00:01Z", "until .* idle_clock is wall; set idle_clock to record"),
        ("MAX_LAG_S", "15", "max_lag_s .PEEKPROOF_MAX_LAG_S.: is less than twice full_round_s and 3 s.*; set it to 16"),
        ("UNIT_KEY", "k" * 65, "unit_key .PEEKPROOF_UNIT_KEY.: has over 64 bytes; shorten it"),
    ],
)
def test_what_cannot_be_used_is_named_with_the_fix(name, value, wrong):
    with pytest.raises(SettingsError, match=wrong):
        Settings.read({f"PEEKPROOF_{name}": value})


def test_the_key_is_never_shown():
    settings = Settings.read({"PEEKPROOF_UNIT_KEY": "hush"})
    assert settings.key == b"hush"
    assert "hush" not in repr(settings)
