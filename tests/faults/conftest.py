"""Assertions of the shared checks say what they found, as those of the tests do."""

import pytest

pytest.register_assert_rewrite("tests.faults.ground")
