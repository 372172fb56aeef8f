from fastapi import FastAPI

from app.routers import books, shelves

app = FastAPI(title="Library")
app.include_router(books.router, prefix="/api")
app.include_router(shelves.router, prefix="/api")
