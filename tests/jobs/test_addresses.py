"""An address of nonsense is one that does not exist, whatever the database makes of nonsense."""

import pytest


@pytest.mark.parametrize("nonsense", ["%00", "a%00b", "%ff", "%F0%9F%98%B4", "..%2f..", "x" * 5000])
@pytest.mark.parametrize(
    "address",
    ["/listen/{}/", "/listen/{}/play/", "/files/{}/", "/studio/voice/{}/", "/jobs/{}/", "/{}/"],
)
def test_nonsense_is_not_found(client, address, nonsense):
    assert client.get(address.format(nonsense)).status_code == 404
