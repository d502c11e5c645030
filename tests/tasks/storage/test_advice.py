"""What a storage says of its troubles comes with what to do about them."""

import pytest

from tasks.storage.advice import what_to_do

AWAY = ConnectionError("Could not connect to the endpoint URL: https://s3.internal/x")
BUNDLE = OSError("An HTTP Client raised an unhandled exception: [Errno 2] No such file or directory")
PROXIES = OSError("An HTTP Client raised an unhandled exception: Invalid configuration value(s) for proxies_config.")
UNVOUCHED = OSError("SSL validation failed for https://s3.internal Cannot connect: certificate verify failed")


@pytest.mark.parametrize(
    ("error", "env", "told"),
    [
        (AWAY, {}, "; check the network and the address"),
        (AWAY, {"HTTPS_PROXY": "socks5://x"}, "; check the network and the address, and HTTPS_PROXY"),
        (AWAY, {"https_proxy": "x:1", "NO_PROXY": "a"}, "and the address, and NO_PROXY, https_proxy"),
        (AWAY, {"HTTPS_PROXY": ""}, "; check the network and the address"),
        (BUNDLE, {"AWS_CA_BUNDLE": "/gone"}, "; check AWS_CA_BUNDLE"),
        (PROXIES, {"HTTPS_PROXY": "x:y:z", "AWS_REGION": "eu"}, "; check HTTPS_PROXY"),
        (PROXIES, {}, "proxies_config."),
        (UNVOUCHED, {"AWS_CA_BUNDLE": "/old"}, "; check the network and the address, and AWS_CA_BUNDLE"),
    ],
)
def test_what_stands_in_the_environment_and_in_the_way_is_named(error, env, told):
    """Clients read proxies and certificates there, and their errors do not say so."""
    assert what_to_do(error, env).endswith(told)
