"""Assertions of the shared laws say what they found, as those of the tests do."""

import pytest

pytest.register_assert_rewrite("tests.config_backups", "tests.config_laws")
