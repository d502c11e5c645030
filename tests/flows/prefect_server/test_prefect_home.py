"""What is kept in Prefect's home by us."""

import ssl

from flows.prefect_server.prefect_home import one_authority


def test_the_file_of_one_authority_can_be_read_by_a_client(tmp_path):
    """It holds a single certificate, is made once, and leaves nothing else behind."""
    home = tmp_path / "new" / "home"
    path = one_authority(home)
    made_at = path.stat().st_mtime_ns
    assert len(ssl.create_default_context(cafile=str(path)).get_ca_certs()) == 1
    assert one_authority(home) == path
    assert path.stat().st_mtime_ns == made_at
    assert [file.name for file in home.iterdir()] == [path.name]
