"""The command's entry point; it imports as little as possible."""


def main() -> None:
    """Run the command line."""
    from sdd.cli import run  # noqa: PLC0415 - start-up cost belongs to the command

    run()


if __name__ == "__main__":
    main()
