from pydantic_settings import BaseSettings


class Settings(BaseSettings):
    database_url: str = "sqlite+aiosqlite:///./board.db"
    jwt_secret_key: str
    jwt_issuer: str | None = None


settings = Settings()
