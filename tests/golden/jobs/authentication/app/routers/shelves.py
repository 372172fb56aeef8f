import fastapi as web
from app.authentication import get_current_user_id as get_verified_user_id

router = web.APIRouter(prefix="/shelves")


def log(request: web.Request) -> None:
    request.state.seen = True


@router.get("", dependencies=[web.Depends(get_verified_user_id), web.Depends(log)])
async def list_shelves():
    return []


COMMON = [web.Depends(log)]


@router.put("/{shelf}", dependencies=[web.Depends(get_verified_user_id), *(COMMON or ())])
async def name_shelf(shelf: int, get_current_user_id: str = ""):
    return {"shelf": shelf, "name": get_current_user_id}
