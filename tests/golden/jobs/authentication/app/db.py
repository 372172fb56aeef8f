from sqlalchemy import StaticPool
from sqlmodel import Session, SQLModel, create_engine

engine = create_engine("sqlite://", connect_args={"check_same_thread": False}, poolclass=StaticPool)


def get_session():
    SQLModel.metadata.create_all(engine)
    with Session(engine) as session:
        yield session
