"""The tests of a generated backend: what each endpoint must do, and must not."""
