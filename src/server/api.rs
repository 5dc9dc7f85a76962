//! Routes and their description, made together.

use std::sync::Arc;

use axum::{Router, routing::MethodRouter};
use schemars::{JsonSchema, SchemaGenerator};
use serde_json::{Map, Value, json};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    AppState, areas, ask, catalog, claims, geocode, jobs, review,
    schema::{features, parameter, path_parameters, row, texts, tile_json},
};
use crate::{
    analysis::QUESTIONS,
    ask::{Declaration, Entry, Shape},
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
        .routes(routes!(jobs::list_jobs))
        .routes(routes!(jobs::job, jobs::cancel))
        .routes(routes!(jobs::answer))
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
        let body = if declaration.shape == Shape::Sentences {
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
        parameters.push(json!({
            "name": "prefer", "in": "header", "description": "respond-async: 202 and a job instead of waiting (RFC 7240)",
            "schema": { "type": "string", "pattern": jobs::PREFERENCES, "minLength": 1, "maxLength": jobs::MAX_PREFERENCES },
            "example": "respond-async",
        }));
        let mut responses = responses(&content);
        responses["202"] = json!({
            "description": "Taken on as a job: `location` says where it is",
            "headers": { "location": { "description": "Address of the job", "schema": { "type": "string" } } },
            "content": { "application/json": { "schema": { "$ref": "#/components/schemas/JobEntry" } } },
        });
        let operation = json!({
            "operationId": declaration.name,
            "tags": [declaration.tag],
            "summary": declaration.about,
            "description": declaration.help,
            "parameters": parameters,
            "responses": responses,
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

/// The responses of an answer in some media types.
fn responses(content: &Map<String, Value>) -> Value {
    json!({
        "200": { "description": "The answer", "content": content },
        "204": { "description": "An empty answer" },
        "304": { "description": "The caller has it already" },
    })
}
