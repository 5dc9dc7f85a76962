//! Schemas of parameters, rows and tiles, made from the one table of parameters: what is described is what is taken.

use serde_json::{Map, Value, json};

use crate::{
    ask::{Declaration, Kind, MAX_POLYGON_BYTES, MAX_TEXT, Parameter},
    model::MAX_FILTER_VALUES,
};

/// A parameter in a body: a text, or a list of texts where it repeats.
pub(super) fn texts(parameter: &Parameter) -> Value {
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

pub(super) fn path_parameters(path: &str) -> Vec<Value> {
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
pub(super) fn parameter(parameter: &'static Parameter) -> Value {
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
            let forms = [words, &["[^:]+:.+"]].concat().join("|");
            json!({ "type": "string", "pattern": format!("^({forms})$"), "maxLength": MAX_POLYGON_BYTES })
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
pub(super) fn tile_json() -> Value {
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
pub(super) fn row(declaration: &Declaration) -> Value {
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

pub(super) fn features(declaration: &Declaration) -> Value {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_written_as_texts_keep_their_limits() {
        assert_eq!(whole_text(7, 10)["enum"], json!(["7", "8", "9", "10"]));
        assert_eq!(whole_text(99, 9999)["pattern"], "^(99|[1-9][0-9]{2,3})$");
        assert_eq!(whole_text(0, i64::MAX as u64)["pattern"], "^([0-9]|[1-9][0-9]{1,17})$");
    }

    #[test]
    fn a_list_is_shown_as_a_list_and_a_category_keeps_its_comma() {
        let list = Parameter::new("weekday", Kind::Weekdays, "Days", "fri,sat");
        assert_eq!(example(&list), json!(["fri", "sat"]));
        let category = Parameter::new("category", Kind::Names { commas: false }, "Category", "Arson, fire");
        assert_eq!(example(&category), json!(["Arson, fire"]));
    }
}
