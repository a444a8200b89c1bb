import gzip
import io
import zipfile

from hypothesis import given
from hypothesis import strategies as st

from baas.simulate.containers import gzipped, zipped


@given(st.binary(max_size=500), st.integers(1, 400))
def test_gzip_files_hold_their_content(content, times):
    assert gzip.decompress(gzipped(content * times)) == content * times


def test_zip_files_hold_their_members_in_order():
    members = {"b/x.csv": b"1", "a.csv": b"2" * 10}
    with zipfile.ZipFile(io.BytesIO(zipped(members))) as archive:
        assert archive.namelist() == ["b/x.csv", "a.csv"]
        assert archive.read("a.csv") == b"2" * 10
    assert zipped(members) == zipped(members)
