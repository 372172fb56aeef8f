"""The command's entry point; it imports as little as possible."""


def main() -> None:
    """Run the command line, which may hand over to the other face."""
    from sdd.cli import run  # noqa: PLC0415 - start-up cost belongs to the command
    from sdd.mcp import serve  # noqa: PLC0415 - as above

    run(serve=serve)


if __name__ == "__main__":
    main()
