"""Write the parts of the documentation that the program itself knows: ``python docs/generate.py``."""

import tempfile
from pathlib import Path

from server.api.document import markdown
from server.api.spec import document
from server.app import create_app
from server.config import load
from server.db import Store
from server.upgrade import upgrade

HERE = Path(__file__).resolve().parent


def main() -> None:
    """Write ``docs/api.md`` over an empty store of its own."""
    with tempfile.TemporaryDirectory() as folder:
        store = Store(load({"dir": folder}, environment={}))
        upgrade(store)
        app = create_app(store.config, store)
        with app.app_context():
            (HERE / "api.md").write_text(markdown(document(app)), encoding="utf-8")
        store.close()


if __name__ == "__main__":
    main()
