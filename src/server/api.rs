//! Routes and their description, made together.

use std::sync::Arc;

use axum::{Router, routing::MethodRouter};
use schemars::{JsonSchema, SchemaGenerator};
use serde_json::{Map, Value, json};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{AppState, areas, ask, catalog, claims, geocode, review};
use crate::{
    analysis::QUESTIONS,
    ask::{Declaration, Entry, Kind, Parameter, Shape},
    export::{Encoder, served},
    tile::TILES,
};

/// Routes, and the description of each.
pub(super) struct Described {
    pub(super) router: Router<Arc<AppState>>,
    pub(super) paths: Map<String, Value>,
    pub(super) schemas: Map<String, Value>,
}

/// Everything under `/api/v1`, and the description of the tiles.
pub(super) fn described() -> Described {
    let generator = schemars::generate::SchemaSettings::draft2020_12()
        .with(|s| s.definitions_path = "/components/schemas".into())
        .into_generator();
    let mut api = Builder { router: Router::new(), paths: Map::new(), generator };
    for entry in &QUESTIONS {
        api.question(entry);
    }
    let data = "data";
    api.resource::<catalog::SourcesResponse>(
        "/sources",
        data,
        "Sources, categories, calendars and months there are",
        axum::routing::get(catalog::sources),
    );
    api.resource::<catalog::DefinitionsResponse>(
        "/definitions",
        data,
        "Offence definitions, with what the categories cannot tell apart",
        axum::routing::get(catalog::definitions),
    );
    api.resource::<catalog::MethodsResponse>(
        "/methods",
        "evidence",
        "The methods behind every answer, a version each",
        axum::routing::get(catalog::methods),
    );
    api.resource::<catalog::VersionResponse>(
        "/version",
        data,
        "Version of the program and state of the data",
        axum::routing::get(catalog::version),
    );
    api.resource::<Vec<areas::LayerInfo>>("/areas", "places", "Layers", axum::routing::get(areas::layers));
    api.resource::<Vec<areas::AreaInfo>>(
        "/areas/{layer}",
        "places",
        "Areas of a layer",
        axum::routing::get(areas::layer),
    );
    api.tiles();
    api.finish(annotated())
}

/// The resources that describe themselves.
fn annotated() -> OpenApiRouter<Arc<AppState>> {
    OpenApiRouter::new()
        .routes(routes!(claims::list, claims::keep))
        .routes(routes!(claims::show))
        .routes(routes!(geocode::gazetteers))
        .routes(routes!(geocode::geocode))
        .routes(routes!(review::queue))
        .routes(routes!(review::decide))
        .routes(routes!(review::agree_decision))
        .routes(routes!(review::undo))
        .routes(routes!(review::teach))
        .routes(routes!(review::agree))
}

struct Builder {
    router: Router<Arc<AppState>>,
    paths: Map<String, Value>,
    generator: SchemaGenerator,
}

impl Builder {
    fn route(&mut self, path: &str, method: MethodRouter<Arc<AppState>>, operation: Value) {
        let path = format!("/api/v1{path}");
        self.router = std::mem::take(&mut self.router).route(&path, method);
        self.paths.insert(path, json!({ "get": operation }));
    }

    fn question(&mut self, entry: &'static Entry) {
        let declaration = entry.declaration;
        let beside = (entry.schema)(&mut self.generator).to_value();
        let body = match declaration.shape {
            Shape::Sentences => beside,
            Shape::Rows => json!({
                "type": "object",
                "required": ["rows", "summary"],
                "properties": { "rows": { "type": "array", "items": row(declaration) }, "summary": beside },
            }),
        };
        let mut content = Map::new();
        for format in served() {
            let schema = match format.name() {
                "json" => body.clone(),
                "geojson" => features(declaration),
                _ => json!({ "type": "string", "format": "binary" }),
            };
            content.insert(format.media_type().to_owned(), json!({ "schema": schema }));
        }
        let placed = declaration.path != crate::ask::Path::Name;
        let mut parameters: Vec<Value> = path_parameters(&declaration.route());
        let own = declaration.parameters().filter(|p| !(placed && p.name == "place"));
        parameters.extend(own.map(parameter));
        let formats: Vec<&str> = served().map(Encoder::name).collect();
        parameters.push(json!({
            "name": "f", "in": "query", "description": "Format; by `Accept` when left out",
            "schema": { "type": "string", "enum": formats },
        }));
        let operation = json!({
            "operationId": declaration.name,
            "tags": [declaration.tag],
            "summary": declaration.about,
            "description": declaration.help,
            "parameters": parameters,
            "responses": responses(&content),
        });
        self.route(&declaration.route(), ask::route(entry), operation);
    }

    fn resource<T: JsonSchema>(&mut self, path: &str, tag: &str, summary: &str, method: MethodRouter<Arc<AppState>>) {
        let schema = self.generator.subschema_for::<T>().to_value();
        let content = json!({ "application/json": { "schema": schema } });
        let operation = json!({
            "operationId": format!("get{}", path.replace(['/', '{', '}'], "_")),
            "tags": [tag],
            "summary": summary,
            "description": summary,
            "parameters": path_parameters(path),
            "responses": responses(content.as_object().unwrap_or(&Map::new())),
        });
        self.route(path, method, operation);
    }

    /// Tiles are routed by hand: the router knows no parts of a segment.
    fn tiles(&mut self) {
        let shared: Vec<Value> = TILES.parameters().map(parameter).collect();
        let set = json!({
            "name": "set", "in": "path", "required": true, "description": "cells, or areas-LAYER",
            "schema": { "type": "string", "pattern": "^(cells|areas-.+)$" },
        });
        let description =
            json!({ "application/json": { "schema": { "type": "object", "description": "TileJSON 3.0" } } });
        let tile =
            json!({ "application/vnd.mapbox-vector-tile": { "schema": { "type": "string", "format": "binary" } } });
        let axes = ["z", "x", "y"].map(|axis| {
            json!({
                "name": axis, "in": "path", "required": true, "description": "Address of the tile",
                "schema": { "type": "integer", "format": "int32", "minimum": 0, "maximum": i32::MAX },
            })
        });
        for (path, id, summary, content, address) in [
            ("/tiles/{set}.json", "tile_json", "Describes a set of tiles", &description, &axes[..0]),
            ("/tiles/{set}/{z}/{x}/{y}.mvt", "tile", "A tile; empty ones are 204", &tile, &axes[..]),
        ] {
            let parameters: Vec<&Value> = std::iter::once(&set).chain(address).chain(&shared).collect();
            let operation = json!({
                "operationId": id, "tags": ["tiles"], "summary": summary, "description": summary,
                "parameters": parameters,
                "responses": responses(content.as_object().unwrap_or(&Map::new())),
            });
            self.paths.insert(path.to_owned(), json!({ "get": operation }));
        }
    }

    /// Adds the resources that describe themselves.
    fn finish(mut self, annotated: OpenApiRouter<Arc<AppState>>) -> Described {
        let (router, api) = annotated.split_for_parts();
        let mut own = serde_json::to_value(&api).unwrap_or_default();
        if let Some(Value::Object(paths)) = own.get_mut("paths").map(Value::take) {
            self.paths.extend(paths);
        }
        let mut schemas = self.generator.take_definitions(true);
        if let Some(Value::Object(more)) = own.pointer_mut("/components/schemas").map(Value::take) {
            schemas.extend(more);
        }
        Described { router: self.router.merge(router), paths: self.paths, schemas }
    }
}

fn path_parameters(path: &str) -> Vec<Value> {
    let names = path.split('{').skip(1).filter_map(|part| part.split('}').next());
    names
        .map(|name| {
            let about = match name {
                "layer" => "Name of a layer, or cell",
                _ => "Code of an area, or an H3 cell",
            };
            json!({ "name": name, "in": "path", "required": true, "description": about, "schema": { "type": "string" } })
        })
        .collect()
}

/// A parameter of the table, described.
fn parameter(parameter: &'static Parameter) -> Value {
    let mut schema = schema_of(parameter.kind);
    if !parameter.default.is_empty() {
        schema["default"] = match parameter.kind {
            Kind::Whole { .. } => parameter.default.parse::<u64>().map_or(Value::Null, Value::from),
            Kind::Flag => json!(parameter.default == "true"),
            _ if parameter.kind.repeats() => json!([parameter.default]),
            _ => json!(parameter.default),
        };
    }
    json!({
        "name": parameter.name,
        "in": "query",
        "required": parameter.required,
        "description": parameter.about,
        "schema": schema,
        // Lists are given by comma, or by the parameter several times.
        "explode": !matches!(parameter.kind, Kind::Dimensions | Kind::Bbox),
        "example": example(parameter),
    })
}

fn example(parameter: &Parameter) -> Value {
    match parameter.kind {
        Kind::Whole { .. } => parameter.example.parse::<u64>().map_or(Value::Null, Value::from),
        Kind::Flag => json!(true),
        kind if kind.repeats() => json!([parameter.example]),
        _ => json!(parameter.example),
    }
}

fn schema_of(kind: Kind) -> Value {
    let one = match kind {
        Kind::Whole { from, to } => {
            let to = to.min(i64::MAX as u64);
            json!({ "type": "integer", "format": "int64", "minimum": from, "maximum": to })
        }
        Kind::Flag => json!({ "type": "boolean" }),
        Kind::Word(words) => json!({ "type": "string", "enum": words }),
        Kind::Day => json!({ "type": "string", "format": "date" }),
        Kind::Bbox => json!({ "type": "string", "pattern": "^-?[0-9.]+,-?[0-9.]+,-?[0-9.]+,-?[0-9.]+$" }),
        Kind::Cells => json!({ "type": "string", "pattern": "^[0-9a-fA-F]{1,16}$" }),
        _ => json!({ "type": "string" }),
    };
    if kind.repeats() { json!({ "type": "array", "items": one }) } else { one }
}

/// A row: the columns that its question can give.
fn row(declaration: &Declaration) -> Value {
    let column = |c: &crate::ask::ColumnDoc| {
        let kind = match c.kind {
            crate::ask::ColumnKind::Text => json!("string"),
            crate::ask::ColumnKind::Count => json!("integer"),
            crate::ask::ColumnKind::Number => json!(["number", "null"]),
            crate::ask::ColumnKind::Flag => json!("boolean"),
        };
        (c.name.to_owned(), json!({ "type": kind, "description": c.about }))
    };
    let properties: Map<String, Value> = declaration.columns.iter().map(column).collect();
    json!({
        "type": "object",
        "properties": properties,
        "additionalProperties": { "type": ["string", "number", "boolean", "null"] },
    })
}

fn features(declaration: &Declaration) -> Value {
    json!({
        "type": "object",
        "required": ["type", "features"],
        "properties": {
            "type": { "type": "string", "enum": ["FeatureCollection"] },
            "features": {
                "type": "array",
                "items": {
                    "type": "object",
                    "required": ["type", "properties", "geometry"],
                    "properties": {
                        "type": { "type": "string", "enum": ["Feature"] },
                        "properties": row(declaration),
                        "geometry": { "type": ["object", "null"] },
                    },
                },
            },
        },
    })
}

/// The responses of an answer in some media types.
fn responses(content: &Map<String, Value>) -> Value {
    json!({
        "200": { "description": "The answer", "content": content },
        "204": { "description": "An empty answer" },
        "304": { "description": "The caller has it already" },
    })
}
