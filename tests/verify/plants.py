"""The specs of the backend `declared`, as the IR would hold them."""

from sdd.ir import (
    NO_BODY,
    Application,
    AuthMode,
    AuthPolicy,
    Column,
    Constraints,
    Default,
    Endpoint,
    Entity,
    ErrorCode,
    ErrorPolicy,
    Factory,
    Field,
    ForeignKey,
    Location,
    Parameter,
    Shape,
    Type,
)

_LIGHT = Constraints(choices=("shade", "sun"))
_LITRES = Constraints(minimum=0, maximum=20)
_PLANT_ID = Parameter(
    name="plant_id",
    location=Location.PATH,
    type=Type.INT,
    required=True,
    constraints=Constraints(minimum=1, maximum=2147483647),
)


def _shape(type_: Type, *, nullable: bool = False, **bounds: object) -> Shape:
    return Shape(type=type_, nullable=nullable, constraints=Constraints(**bounds))  # type: ignore[arg-type]


def _object(*fields: tuple[str, Shape], optional: tuple[Field, ...] = ()) -> Shape:
    required = tuple(Field(name=name, shape=shape, required=True) for name, shape in fields)
    return Shape(type=Type.OBJECT, nullable=False, fields=(*required, *optional))


def _list(item: Shape) -> Shape:
    return Shape(type=Type.LIST, nullable=False, item=item)


_NAME = _shape(Type.STR, min_length=1, max_length=80)
_PLANT = _object(
    ("id", _shape(Type.INT)),
    ("user_id", _shape(Type.STR)),
    ("name", _shape(Type.STR)),
    ("light", Shape(type=Type.ENUM, nullable=False, constraints=_LIGHT)),
    ("bought", _shape(Type.DATE, nullable=True)),
    ("price", _shape(Type.FLOAT, nullable=True)),
    ("created_at", _shape(Type.DATETIME)),
)
_WATERING = _object(
    ("id", _shape(Type.INT)),
    ("plant_id", _shape(Type.INT)),
    ("litres", _shape(Type.FLOAT)),
    ("note", _shape(Type.STR)),
)


def _query(
    name: str, type_: Type, default: object = None, bounds: Constraints | None = None
) -> Parameter:
    return Parameter(
        name=name,
        location=Location.QUERY,
        type=type_,
        required=False,
        default=Default(value=default) if default is not None else None,  # type: ignore[arg-type]
        constraints=bounds or Constraints(),
    )


_ENDPOINTS = (
    Endpoint(
        method="GET",
        path="/api/plants",
        auth=True,
        success_status=200,
        statuses=(200, 401, 422),
        parameters=(
            _query("page", Type.INT, 1, Constraints(minimum=1, maximum=1000)),
            _query("limit", Type.INT, 20, Constraints(minimum=1, maximum=100)),
            _query("light", Type.ENUM, None, _LIGHT),
            _query("sort", Type.ENUM, "created_at", Constraints(choices=("name", "created_at"))),
        ),
        request=NO_BODY,
        response=_object(("items", _list(_PLANT)), ("total", _shape(Type.INT))),
    ),
    Endpoint(
        method="POST",
        path="/api/plants",
        auth=True,
        success_status=201,
        statuses=(201, 401, 422),
        request=_object(
            ("name", _NAME),
            optional=(
                Field(
                    name="light",
                    shape=Shape(type=Type.ENUM, nullable=False, constraints=_LIGHT),
                    required=False,
                    default=Default(value="sun"),
                ),
                Field(name="bought", shape=_shape(Type.DATE, nullable=True), required=False),
                Field(
                    name="price",
                    shape=_shape(Type.FLOAT, nullable=True, minimum=0),
                    required=False,
                ),
            ),
        ),
        response=_PLANT,
    ),
    *(
        Endpoint(
            method=method,
            path="/api/plants/{plant_id}",
            auth=True,
            success_status=status,
            statuses=(status, 401, 404, 422),
            parameters=(_PLANT_ID,),
            request=request,
            response=response,
        )
        for method, status, request, response in (
            ("GET", 200, NO_BODY, _PLANT),
            (
                "PATCH",
                200,
                _object(optional=(Field(name="name", shape=_NAME, required=False),)),
                _PLANT,
            ),
            ("DELETE", 204, NO_BODY, NO_BODY),
        )
    ),
    Endpoint(
        method="GET",
        path="/api/plants/{plant_id}/waterings",
        auth=True,
        success_status=200,
        statuses=(200, 401, 404, 422),
        parameters=(_PLANT_ID,),
        request=NO_BODY,
        response=_list(_WATERING),
    ),
    Endpoint(
        method="POST",
        path="/api/plants/{plant_id}/waterings",
        auth=True,
        success_status=201,
        statuses=(201, 401, 404, 422),
        parameters=(_PLANT_ID,),
        request=_object(
            ("litres", Shape(type=Type.FLOAT, nullable=False, constraints=_LITRES)),
            optional=(
                Field(
                    name="note",
                    shape=_shape(Type.STR, max_length=200),
                    required=False,
                    default=Default(value=""),
                ),
            ),
        ),
        response=_WATERING,
    ),
    Endpoint(
        method="GET",
        path="/health",
        auth=False,
        success_status=200,
        statuses=(200,),
        request=NO_BODY,
        response=None,
    ),
)


def _column(name: str, type_: Type, **more: object) -> Column:
    values: dict[str, object] = {"nullable": False, "primary_key": False, "unique": False, **more}
    return Column(name=name, type=type_, **values)  # type: ignore[arg-type]


_ENTITIES = (
    Entity(
        name="User",
        table="users",
        managed_by="Better Auth",
        columns=(_column("id", Type.STR, primary_key=True),),
    ),
    Entity(
        name="Plant",
        table="plants",
        owner_column="user_id",
        columns=(
            _column(
                "id",
                Type.INT,
                primary_key=True,
                default=Default(factory=Factory.AUTOINCREMENT),
            ),
            _column(
                "user_id",
                Type.STR,
                indexed=True,
                constraints=Constraints(max_length=64),
                foreign_key=ForeignKey(table="users", column="id"),
            ),
            _column("name", Type.STR, constraints=Constraints(max_length=80)),
            _column("light", Type.ENUM, constraints=_LIGHT),
            _column("bought", Type.DATE, nullable=True),
            _column("price", Type.FLOAT, nullable=True),
            _column("created_at", Type.DATETIME, default=Default(factory=Factory.NOW)),
        ),
    ),
    Entity(
        name="Watering",
        table="waterings",
        columns=(
            _column("id", Type.INT, primary_key=True),
            _column(
                "plant_id",
                Type.INT,
                indexed=True,
                foreign_key=ForeignKey(table="plants", column="id", on_delete="cascade"),
            ),
            _column("litres", Type.FLOAT),
            _column("note", Type.STR, constraints=Constraints(max_length=200)),
        ),
    ),
)

PLANTS = Application(
    title="Plants",
    entities=_ENTITIES,
    endpoints=_ENDPOINTS,
    auth=AuthPolicy(
        mode=AuthMode.HS256,
        required=True,
        subject="sub",
        secret_variable="BETTER_AUTH_SECRET",
    ),
    errors=ErrorPolicy(
        validation_status=422,
        foreign_status=404,
        path_user_status=403,
        fields=("detail", "error_code"),
        codes=(
            ErrorCode(status=401, code="unauthorized"),
            ErrorCode(status=404, code="not_found"),
        ),
    ),
)
