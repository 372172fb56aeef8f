from fastapi import APIRouter, Depends as Needs
from sqlmodel import Session, select

from app.db import get_session
from app.models import Book
from app.authentication import get_current_user_id

router = APIRouter(prefix="/books", tags=["books"])


@router.get("", response_model=list[Book], dependencies=[Needs(get_current_user_id)])
def list_books(session: Session = Needs(get_session)):
    return session.exec(select(Book)).all()


@router.get("/{book_id}", dependencies=[Needs(get_current_user_id)])
def read_book(book_id: int, session: Session = Needs(get_session)):
    return session.get(Book, book_id)
