"""Rows of a tenant that also name a user: being a member of the tenant says too little."""

from fastapi import Depends, FastAPI, HTTPException
from sqlmodel import Field, SQLModel, select

from base import Note, SessionDep, Team, TeamMember, UserId

app = FastAPI()


class Report(SQLModel, table=True):
    id: int | None = Field(default=None, primary_key=True)
    team_id: int = Field(foreign_key="team.id")
    owner_id: int = Field(foreign_key="user.id")
    text: str


class Board(SQLModel, table=True):
    id: int | None = Field(default=None, primary_key=True)
    team_id: int = Field(foreign_key="team.id")
    created_by: int = Field(foreign_key="user.id")
    title: str


class Card(SQLModel, table=True):
    id: int | None = Field(default=None, primary_key=True)
    board_id: int = Field(foreign_key="board.id")
    text: str


class Remark(SQLModel, table=True):
    id: int | None = Field(default=None, primary_key=True)
    note_id: int = Field(foreign_key="note.id")
    author_id: int = Field(foreign_key="user.id")
    text: str


class Plan(SQLModel, table=True):
    id: int | None = Field(default=None, primary_key=True)
    owner_id: int = Field(foreign_key="user.id")
    text: str


class PlanMember(SQLModel, table=True):
    plan_id: int = Field(foreign_key="plan.id", primary_key=True)
    user_id: int = Field(foreign_key="user.id", primary_key=True)
    role: str


def member(team_id: int, session: SessionDep, me: UserId):
    found = session.exec(
        select(TeamMember).where(TeamMember.team_id == team_id, TeamMember.user_id == me)
    ).first()
    if found is None:
        raise HTTPException(403)
    return found


Member = Depends(member)


@app.get("/api/unknown/an-owned-row-of-the-team/{team_id}/{key}")
def owned_by_one(team_id: int, key: int, session: SessionDep, one=Member):
    return session.exec(select(Report).where(Report.id == key, Report.team_id == team_id)).first()


@app.get("/api/proved/an-owned-row-of-the-team/{team_id}/{key}")
def owned_by_me(team_id: int, key: int, session: SessionDep, me: UserId, one=Member):
    mine = select(Report).where(Report.owner_id == me, Report.team_id == team_id)
    return session.exec(mine.where(Report.id == key)).first()


@app.delete("/api/unknown/deleting-an-owned-row-of-the-team/{team_id}/{key}")
def delete_owned_by_one(team_id: int, key: int, session: SessionDep, one=Member):
    found = session.exec(select(Report).where(Report.id == key, Report.team_id == team_id)).one()
    session.delete(found)
    session.commit()


@app.get("/api/violated/an-owned-row-of-any-team/{team_id}")
def owned_by_any(team_id: int, session: SessionDep, me: UserId):
    return session.exec(select(Report).where(Report.team_id == team_id)).all()


@app.get("/api/proved/made-by-a-colleague/{team_id}")
def made_by(team_id: int, session: SessionDep, one=Member):
    return session.exec(select(Board).where(Board.team_id == team_id)).all()


@app.delete("/api/unknown/made-by-a-colleague/{team_id}/{key}")
def delete_made_by(team_id: int, key: int, session: SessionDep, one=Member):
    session.delete(session.exec(select(Board).where(Board.id == key, Board.team_id == team_id)).one())
    session.commit()


@app.delete("/api/proved/below-what-a-colleague-made/{team_id}/{board_id}/{key}")
def delete_card(team_id: int, board_id: int, key: int, session: SessionDep, one=Member):
    board = session.exec(select(Board).where(Board.id == board_id, Board.team_id == team_id)).one()
    card = session.exec(select(Card).where(Card.id == key, Card.board_id == board.id)).one()
    session.delete(card)
    session.commit()


@app.delete("/api/proved/below-what-is-mine/{note_id}/{key}")
def delete_remark(note_id: int, key: int, session: SessionDep, me: UserId):
    note = session.get(Note, note_id)
    if note is None or note.owner_id != me:
        raise HTTPException(404)
    session.delete(session.exec(select(Remark).where(Remark.id == key, Remark.note_id == note_id)).one())
    session.commit()


@app.get("/api/proved/a-member-reads/{key}")
def read_plan(key: int, session: SessionDep, me: UserId):
    found = session.exec(
        select(PlanMember).where(PlanMember.plan_id == key, PlanMember.user_id == me)
    ).first()
    if found is None:
        raise HTTPException(404)
    return session.get(Plan, key)


@app.delete("/api/unknown/any-member-deletes/{key}")
def delete_plan(key: int, session: SessionDep, me: UserId):
    found = session.exec(
        select(PlanMember).where(PlanMember.plan_id == key, PlanMember.user_id == me)
    ).first()
    if found is None:
        raise HTTPException(404)
    session.delete(session.get(Plan, key))
    session.commit()


@app.delete("/api/proved/an-administrator-deletes/{key}")
def administrate_plan(key: int, session: SessionDep, me: UserId):
    found = session.exec(
        select(PlanMember).where(PlanMember.plan_id == key, PlanMember.user_id == me)
    ).first()
    if found is None or found.role != "admin":
        raise HTTPException(404)
    session.delete(session.get(Plan, key))
    session.commit()


@app.delete("/api/unknown/an-administrator-of-another-deletes/{key}/{other}")
def administrate_another(key: int, other: int, session: SessionDep, me: UserId):
    own = session.exec(
        select(PlanMember).where(PlanMember.plan_id == other, PlanMember.user_id == me)
    ).first()
    found = session.exec(
        select(PlanMember).where(PlanMember.plan_id == key, PlanMember.user_id == me)
    ).first()
    if own is None or own.role != "admin" or found is None:
        raise HTTPException(404)
    session.delete(session.get(Plan, key))
    session.commit()


@app.delete("/api/unknown/a-colleague-is-put-out/{team_id}/{user_id}")
def put_out(team_id: int, user_id: int, session: SessionDep, one=Member):
    session.delete(session.get(TeamMember, (team_id, user_id)))
    session.commit()


@app.get("/api/proved/the-team/{team_id}")
def team(team_id: int, session: SessionDep, one=Member):
    return session.get(Team, team_id)
