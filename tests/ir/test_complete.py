import pytest
from generate.samples import SAMPLES
from hypothesis import HealthCheck, given, settings
from ir.builders import body, column, endpoint, entity, field, key, query
from ir.strategies import applications

from sdd.ir import NO_BODY, Application, Default, ErrorPolicy, Factory, Type
from sdd.ir.behaviour import Action, operation
from sdd.ir.complete import complete

_SETTINGS = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def _notes(*endpoints: object, **attributes: object) -> Application:
    table = entity(
        "Note", "notes", key(), column("user_id", Type.STR), column("title"), **attributes
    )
    return Application(entities=(table,), endpoints=endpoints)  # type: ignore[arg-type]


@_SETTINGS
@given(applications())
def test_completing_twice_changes_nothing(application: Application) -> None:
    """`complete` is idempotent."""
    once = complete(application)

    assert complete(once) == once


@_SETTINGS
@given(applications())
def test_nothing_that_rendering_needs_stays_open(application: Application) -> None:
    """Every column, parameter and endpoint is decided."""
    done = complete(application)

    for table in done.entities:
        assert table.table is not None
        assert table.key is not None
        for item in table.columns:
            assert None not in {item.type, item.nullable, item.primary_key, item.unique}
    for item in done.endpoints:
        assert None not in {item.auth, item.success_status}
        assert item.request is not None
        assert item.response is not None
        assert all(parameter.type is not None for parameter in item.parameters)


@pytest.mark.parametrize("name", SAMPLES)
def test_the_samples_are_completed_once(name: str) -> None:
    """The samples keep the law too."""
    once = complete(SAMPLES[name]())

    assert complete(once) == once


def test_what_is_filled_in_is_marked_as_assumed() -> None:
    """A reader can tell a convention from a statement."""
    done = complete(_notes(endpoint("POST /api/notes")))

    assert {"success_status", "auth", "request", "response", "statuses"} <= (
        done.endpoints[0].assumed
    )
    assert "secret_variable" in done.auth.assumed


def test_ids_are_of_the_type_of_the_key_that_they_hold() -> None:
    """Where neither says its type, the users' key and its references still fit together."""
    done = complete(
        Application(
            entities=(
                entity("User", "users", column("id"), column("name")),
                entity("Room", "rooms", key("id", Type.UUID), column("name")),
                entity(
                    "Booking",
                    "bookings",
                    column("id"),
                    column("made_by"),
                    column("room_id"),
                    owner_column="made_by",
                ),
            ),
            endpoints=(endpoint("GET /api/bookings"), endpoint("POST /api/auth/login")),
        )
    )
    booking = done.entity("Booking")

    assert booking is not None
    assert [item.type for item in booking.columns] == [Type.INT, Type.INT, Type.UUID]


def test_a_reference_has_the_type_of_what_it_refers_to() -> None:
    """A foreign key of another type could never match, whatever the specs say of it."""
    room = entity("Room", "rooms", key("id", Type.UUID))
    booking = entity("Booking", "bookings", key(), column("room", Type.INT, references="rooms.id"))

    done = complete(Application(entities=(booking, room))).entity("Booking")

    assert done is not None
    assert done.columns[1].type is Type.UUID
    assert "type" in done.columns[1].assumed


def test_a_table_without_references_refers_by_its_columns_names() -> None:
    """`room_id` is the key of a room, unless its type says that it is not."""
    rooms = entity("Room", "rooms", key(), column("user_id", Type.STR))
    stays = entity("Stay", "stays", key(), column("room_id"), column("guest_id", Type.STR))
    guests = entity("Guest", "guests", key(), column("user_id", Type.STR))

    done = complete(Application(entities=(rooms, stays, guests))).entity("Stay")

    assert done is not None
    references = {item.name: item.foreign_key for item in done.columns}
    assert references["guest_id"] is None
    assert references["room_id"] is not None
    assert references["room_id"].table == "rooms"


def test_only_numbers_that_are_keys_are_counted_up() -> None:
    """A key that is a text gets an id, even where the specs say `auto-increment` of it."""
    counted = Default(factory=Factory.AUTOINCREMENT)
    table = entity(
        "Room",
        "rooms",
        column("id", Type.STR, primary_key=True, default=counted),
        column("place", Type.INT, nullable=True, default=counted),
    )

    (room,) = complete(Application(entities=(table,))).entities

    assert room.key is not None
    assert room.key.default == Default(factory=Factory.UUID)
    assert [item.default for item in room.columns if item.name == "place"] == [Default()]


def test_statuses_follow_from_the_method() -> None:
    """A creation answers 201, a deletion without a body 204, all else 200."""
    done = complete(
        _notes(
            endpoint("POST /api/notes"),
            endpoint("GET /api/notes"),
            endpoint("DELETE /api/notes/{id}"),
        )
    )

    assert [item.success_status for item in done.endpoints] == [201, 200, 204]
    assert done.endpoints[2].response == NO_BODY
    assert done.endpoints[2].statuses == (204, 401, 404, 422)


def test_the_owner_column_is_found() -> None:
    """`user_id` is the owner unless the specs name another column."""
    assert complete(_notes()).entities[0].owner_column == "user_id"


def test_a_body_follows_the_table() -> None:
    """A request that is left open sends what a client may set, and no more."""
    done = complete(_notes(endpoint("POST /api/notes")))

    request = done.endpoints[0].request
    assert request is not None
    assert [item.name for item in request.fields] == ["title"]


def test_a_field_without_a_column_gets_one() -> None:
    """The API is the authority on fields: what it sends is stored."""
    sent = body(field("title", Type.STR), field("colour", Type.STR, max_length=20))

    done = complete(_notes(endpoint("POST /api/notes", request=sent)))

    added = done.entities[0].column("colour")
    assert added is not None
    assert added.constraints.max_length == 20
    assert "name" in added.assumed


def test_a_collection_without_a_table_gets_one() -> None:
    """What only the API describes is stored too, below its user."""
    sent = body(field("name", Type.STR, required=True))
    shown = body(field("id", Type.INT), field("name", Type.STR))
    application = Application(
        endpoints=(
            endpoint("POST /api/labels", request=sent, response=shown),
            endpoint("GET /api/labels/{id}", response=shown),
        )
    )

    done = complete(application)

    (label,) = done.entities
    assert (label.name, label.table, label.owner_column) == ("Label", "labels", "user_id")
    assert [item.name for item in label.columns] == ["id", "name", "user_id"]


def test_keys_make_themselves() -> None:
    """Numbers count up, UUIDs and texts are made at random."""
    for type_, factory in ((Type.INT, Factory.AUTOINCREMENT), (Type.UUID, Factory.UUID)):
        table = entity("Note", "notes", column("id", type_, primary_key=True))

        done = complete(Application(entities=(table,)))

        assert done.entities[0].columns[0].default == Default(factory=factory)


def test_pages_are_bounded() -> None:
    """Nobody asks for a page of a million rows."""
    done = complete(_notes(endpoint("GET /api/notes", query("page"), query("limit"))))

    page, limit = done.endpoints[0].parameters
    assert (page.default, page.constraints.minimum) == (Default(value=1), 1)
    assert (limit.default, limit.constraints.maximum) == (Default(value=20), 100)


def test_users_who_register_nowhere_are_managed_elsewhere() -> None:
    """Without an endpoint that makes users, their table is not ours."""
    users = entity("User", "users", key(type_=Type.UUID), column("email", Type.STR))

    done = complete(Application(entities=(users,)))

    assert done.entities[0].managed_by is not None


def test_users_who_register_here_get_a_password_hash() -> None:
    """A password is never stored itself."""
    sent = body(field("email", Type.STR), field("password", Type.STR))

    done = complete(Application(endpoints=(endpoint("POST /auth/register", request=sent),)))

    (user,) = done.entities
    names = [item.name for item in user.columns]
    assert "password_hash" in names
    assert "password" not in names


def test_foreign_rows_answer_what_the_endpoints_say() -> None:
    """A 403 on single rows, which no path explains, is for rows of others."""
    done = complete(_notes(endpoint("GET /api/notes/{id}", statuses=(200, 401, 403, 404))))

    assert done.errors.foreign_status == 403
    assert complete(Application()).errors.foreign_status == 404


def test_stated_policies_are_kept() -> None:
    """A convention never overrides a statement."""
    errors = ErrorPolicy(validation_status=400, fields=("error",))

    done = complete(Application(errors=errors))

    assert (done.errors.validation_status, done.errors.fields) == (400, ("error",))


def test_refresh_tokens_get_a_table_where_users_sign_in_here() -> None:
    """Hash, family and use are stored; a token that somebody else issues needs no table."""
    users = entity("User", "users", key(type_=Type.UUID), column("email", Type.STR))
    renew = endpoint("POST /api/auth/refresh")
    here = complete(
        Application(entities=(users,), endpoints=(endpoint("POST /api/auth/login"), renew))
    )
    elsewhere = complete(Application(entities=(users,), endpoints=(renew,)))

    tokens = here.entity("RefreshToken")
    assert tokens is not None
    assert tokens.owner_column == "user_id"
    assert {"family", "token_hash", "expires_at", "used_at"} <= {c.name for c in tokens.columns}
    login, refresh = here.endpoints
    for item in (login, refresh):
        assert item.response is not None
        assert item.response.field("refresh_token") is not None
        assert 429 in item.statuses
    assert elsewhere.entity("RefreshToken") is None


def test_a_column_named_after_a_table_refers_to_it() -> None:
    """A key of another type, of users, or in a circle does not."""
    owner = column("user_id", Type.STR)
    rooms = entity("Room", "rooms", key(), owner, column("seat_id", Type.INT))
    seats = entity("Seat", "seats", key(), owner, column("room_id", Type.INT))
    guests = entity(
        "Guest", "guests", key(), owner, column("seat_id", Type.INT), column("room_id", Type.UUID)
    )

    done = complete(Application(entities=(rooms, seats, guests)))

    referred = {
        (table.name, item.name): item.foreign_key.table
        for table in done.entities
        for item in table.columns
        if item.foreign_key and item.name != "user_id"
    }
    assert referred == {("Room", "seat_id"): "seats", ("Guest", "seat_id"): "seats"}


@pytest.mark.parametrize("path", ["/cart", "/cart/items"])
def test_what_holds_items_is_the_table_of_its_items(path: str) -> None:
    """`/cart` is about the cart items, unless there is a table of carts."""
    items = entity("CartItem", "cart_items", key(), column("user_id", Type.STR))
    carts = entity("Cart", "carts", key(), column("user_id", Type.STR))
    asked = endpoint(f"GET {path}")

    alone = operation(Application(entities=(items,)), asked)
    beside = operation(Application(entities=(items, carts)), endpoint("GET /cart"))

    assert (alone.action, alone.entity) == (Action.LIST, items)
    assert beside.entity == carts


def test_a_row_of_which_the_user_is_half_the_key_is_one_of_many() -> None:
    """Only a key of its own makes the user's row the only one."""
    owner = column("user_id", Type.STR, primary_key=True)
    saved = entity(
        "Saved", "saved", owner, column("item", primary_key=True), owner_column="user_id"
    )

    assert operation(Application(entities=(saved,)), endpoint("GET /saved")).action is Action.LIST
