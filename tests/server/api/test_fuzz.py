"""Whatever a machine makes up from the OpenAPI document: an answer as described, never a fault."""

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import checks

from tests.personas import token_of
from tests.scatter import scatter

EXAMPLES, MANY = 4, 300  # of each operation
HELD = (
    checks.not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_schema_conformance,
)


@pytest.fixture
def api(app, store, town):
    """The API over a town with issues, asked with a token of the supervisor."""
    app.testing = False
    scatter(store, town, count=30)
    with store.write() as tx:
        token = token_of(tx, "supervisor_li", ["read", "report", "act"])
    schema = schemathesis.openapi.from_wsgi("/openapi.json", app)
    schema.config.update(headers={"Authorization": f"Bearer {token}", "Accept-Encoding": "identity"})
    return schema


@pytest.mark.parametrize("examples", [EXAMPLES, pytest.param(MANY, marks=pytest.mark.exhaustive)])
@pytest.mark.parametrize("signed_in", [True, False], ids=["with a token", "without"])
def test_what_a_machine_makes_up_is_answered_as_described(api, examples, signed_in):
    if not signed_in:
        del api.config.headers["Authorization"]
        assert "Authorization" not in api.config.headers
    made_up = settings(max_examples=examples if signed_in else max(1, examples // 4), derandomize=True, deadline=None, database=None,
                       phases=[Phase.explicit, Phase.generate], suppress_health_check=list(HealthCheck))  # fmt: skip
    operations = [one.ok() for one in api.get_all_operations()]
    assert len(operations) > 10
    for operation in operations:

        @made_up
        @given(case=operation.as_strategy())
        def ask(case):
            case.call_and_validate(checks=HELD)

        ask()
