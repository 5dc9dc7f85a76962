//! Routes and their description, made together.

use std::sync::Arc;

use axum::{Router, routing::MethodRouter};
use schemars::{JsonSchema, SchemaGenerator};
use serde_json::{Map, Value, json};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{AppState, areas, ask, catalog, claims, geocode, review};
use crate::{
    analysis::QUESTIONS,
    ask::{Declaration, Entry, Kind, MAX_POLYGON_BYTES, MAX_TEXT, Parameter, Shape},
    export::{Encoder, served},
    model::MAX_FILTER_VALUES,
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
        // What is left out where it is empty is not required.
        .for_serialize()
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
        let body = if declaration.document || declaration.shape == Shape::Sentences {
            beside
        } else {
            json!({
                "type": "object",
                "required": ["rows", "summary"],
                "properties": { "rows": { "type": "array", "items": row(declaration) }, "summary": beside },
            })
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
            "schema": { "type": "string", "pattern": "^(cells|areas-.+)$" }, "example": "cells",
        });
        let description = json!({ "application/json": { "schema": tile_json() } });
        let tile =
            json!({ "application/vnd.mapbox-vector-tile": { "schema": { "type": "string", "format": "binary" } } });
        let axes = ["z", "x", "y"].map(|axis| {
            json!({
                "name": axis, "in": "path", "required": true, "description": "Address of the tile",
                "schema": { "type": "integer", "format": "int32", "minimum": 0, "maximum": i32::MAX }, "example": 0,
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
        let kept = QUESTIONS.iter().filter(|entry| entry.declaration.kept);
        let answers: Vec<Value> = kept.map(|entry| (entry.schema)(&mut self.generator).to_value()).collect();
        for status in ["200", "201"] {
            let content = &mut self.paths["/api/v1/claims"]["post"]["responses"][status]["content"];
            content["application/json"]["schema"] = json!({ "anyOf": answers });
        }
        let mut schemas = self.generator.take_definitions(true);
        if let Some(Value::Object(more)) = own.pointer_mut("/components/schemas").map(Value::take) {
            schemas.extend(more);
        }
        schemas.insert("KeepRequest".to_owned(), keep_request());
        Described { router: self.router.merge(router), paths: self.paths, schemas }
    }
}

/// The body that keeps an answer: a question that can be kept, with its parameters as texts.
fn keep_request() -> Value {
    let kept = QUESTIONS.iter().map(|entry| entry.declaration).filter(|declaration| declaration.kept);
    let one = |declaration: &Declaration| {
        let needed: Vec<&str> = declaration.parameters().filter(|p| p.required).map(|p| p.name).collect();
        let properties: Map<String, Value> = declaration.parameters().map(|p| (p.name.to_owned(), texts(p))).collect();
        let parameters = json!({
            "type": "object", "description": declaration.about, "required": needed,
            "properties": properties, "additionalProperties": false,
        });
        let usual = declaration.name == claims::USUAL;
        let mut required: Vec<&str> = if usual { Vec::new() } else { vec!["question"] };
        required.extend((!needed.is_empty()).then_some("parameters"));
        json!({
            "type": "object",
            "required": required,
            "properties": { "question": { "type": "string", "enum": [declaration.name] }, "parameters": parameters },
            "additionalProperties": false,
        })
    };
    json!({ "description": "A question whose answer is to be kept.", "oneOf": kept.map(one).collect::<Vec<_>>() })
}

/// A parameter in a body: a text, or a list of texts where it repeats.
fn texts(parameter: &Parameter) -> Value {
    let schema = match parameter.kind {
        Kind::Whole { from, to } => whole_text(from, to),
        Kind::Flag => json!({ "type": "string", "enum": ["true", "false"] }),
        kind => schema_of(kind),
    };
    let mut schema = if parameter.kind.repeats() { json!({ "oneOf": [schema["items"], schema] }) } else { schema };
    schema["description"] = json!(parameter.about);
    schema
}

/// A whole number within limits, as a text.
fn whole_text(from: u64, to: u64) -> Value {
    const FEW: u64 = 100;
    if to.abs_diff(from) <= FEW {
        let every: Vec<String> = (from..=to).map(|n| n.to_string()).collect();
        return json!({ "type": "string", "enum": every });
    }
    // The least, and whatever has more digits than it and no more than all nines below the most.
    let least = if from < 10 { format!("[{from}-9]") } else { from.to_string() };
    let (few, many) = (from.to_string().len(), to.saturating_add(1).ilog10());
    json!({ "type": "string", "pattern": format!("^({least}|[1-9][0-9]{{{few},{}}})$", many - 1), "maxLength": many })
}

fn path_parameters(path: &str) -> Vec<Value> {
    let names = path.split('{').skip(1).filter_map(|part| part.split('}').next());
    names
        .map(|name| {
            let (about, example) = match name {
                "layer" => ("Name of a layer, or cell", "msoa21"),
                _ => ("Code of an area, or an H3 cell", "E02005560"),
            };
            json!({
                "name": name, "in": "path", "required": true, "description": about,
                "schema": { "type": "string", "minLength": 1, "maxLength": MAX_TEXT }, "example": example,
            })
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
        // A category holds commas itself.
        Kind::Names { commas: false } => json!([parameter.example]),
        kind if kind.repeats() => json!(parameter.example.split(',').collect::<Vec<_>>()),
        _ => json!(parameter.example),
    }
}

fn schema_of(kind: Kind) -> Value {
    let one = match kind {
        Kind::Whole { from, to } => {
            json!({ "type": "integer", "format": "int64", "minimum": from, "maximum": to.min(i64::MAX as u64) })
        }
        Kind::Flag => json!({ "type": "boolean" }),
        Kind::Word(words) => json!({ "type": "string", "enum": words }),
        Kind::Day => json!({ "type": "string", "format": "date", "pattern": format!("^{DAY}$"), "maxLength": 10 }),
        Kind::Places { words, .. } => {
            let words: String = words.iter().map(|word| format!("{word}|")).collect();
            json!({ "type": "string", "pattern": format!("^({words}[^:]+:.+)$"), "maxLength": MAX_POLYGON_BYTES })
        }
        _ => {
            let pattern = pattern_of(kind);
            json!({ "type": "string", "pattern": pattern, "minLength": 1, "maxLength": MAX_TEXT })
        }
    };
    match kind {
        Kind::Places { most, .. } if most > 1 => json!({ "type": "array", "items": one, "maxItems": most }),
        Kind::Dimensions => json!({ "type": "array", "items": one, "maxItems": 12, "uniqueItems": true }),
        _ if kind.repeats() => json!({ "type": "array", "items": one, "maxItems": MAX_FILTER_VALUES }),
        _ => one,
    }
}

/// A day between 1970 and 2099.
const DAY: &str = "(19[7-9][0-9]|20[0-9]{2})-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])";

/// The form of a text of a kind.
fn pattern_of(kind: Kind) -> String {
    match kind {
        Kind::Period => format!("^((19[7-9][0-9]|20[0-9]{{2}})(-(Q[1-4]|0[1-9]|1[0-2]))?|{DAY}\\.\\.{DAY})$"),
        Kind::Dimensions => "^(cell:(7|8|9|10|11)|area:[^,]+|month|week|day|weekday|hour|category|source)$".to_owned(),
        Kind::Weekdays => {
            "^(mon(day)?|tue(sday)?|wed(nesday)?|thu(rsday)?|fri(day)?|sat(urday)?|sun(day)?)$".to_owned()
        }
        Kind::Hours => "^([01]?[0-9]|2[0-3])-([01]?[0-9]|2[0-4])$".to_owned(),
        Kind::Bbox => format!("^{0}(,{0}){{3}}$", "-?[0-9]{1,3}(\\.[0-9]{1,15})?"),
        Kind::Cells => "^[0-9a-fA-F]{1,16}$".to_owned(),
        Kind::ResolutionOrCells => "^(7|8|9|10|11|[0-9a-fA-F]{15,16})$".to_owned(),
        // A comma parts the names of a list.
        Kind::Names { commas: true } => "^[^,]*[^,\\s][^,]*$".to_owned(),
        _ => "\\S".to_owned(),
    }
}

/// What describes a set of tiles.
fn tile_json() -> Value {
    let text = json!({ "type": "string" });
    let zoom = json!({ "type": "integer", "minimum": 0, "maximum": 30 });
    json!({
        "type": "object",
        "description": "TileJSON 3.0",
        "required": ["tilejson", "tiles", "name", "minzoom", "maxzoom", "bounds", "vector_layers"],
        "properties": {
            "tilejson": { "type": "string", "const": "3.0.0" },
            "tiles": { "type": "array", "items": text, "description": "Addresses of tiles, with places for z, x and y" },
            "name": text,
            "minzoom": zoom,
            "maxzoom": zoom,
            "bounds": { "type": "array", "items": { "type": "number" }, "minItems": 4, "maxItems": 4 },
            "vector_layers": {
                "type": "array",
                "items": {
                    "type": "object",
                    "required": ["id", "fields"],
                    "properties": {
                        "id": text,
                        "fields": { "type": "object", "additionalProperties": text },
                    },
                },
            },
        },
    })
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
