"""Which requests a server holds back for nothing but slowness, by the number a patient client gave them."""

NUMBER = "x-test-number"  # a header that only the tests' clients send; see tests/budgets.py
held: set[str] = set()
