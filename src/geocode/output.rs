//! An answer as named values: the same digits in CSV and JSON.

use serde_json::{Map, Value, json};

use super::{Answer, Candidate};

/// Columns of an answer, in order.
pub const ANSWER_COLUMNS: [&str; 14] = [
    "status",
    "lon",
    "lat",
    "easting",
    "northing",
    "precision_class",
    "radius_m",
    "confidence_msoa",
    "confidence_cell8",
    "confidence_cell9",
    "score_gap",
    "method",
    "matched_id",
    "flags",
];

fn rounded(value: f64, decimals: i32) -> Value {
    if !value.is_finite() {
        return Value::Null;
    }
    let scale = 10_f64.powi(decimals);
    let value = (value * scale).round() / scale;
    if decimals == 0 { json!(value as i64) } else { json!(value) }
}

impl Answer {
    /// Values of [`ANSWER_COLUMNS`]; null where nothing is known. Degrees to six decimals, metres whole, probabilities to
    /// three decimals, flags separated by spaces.
    #[must_use]
    pub fn values(&self) -> [Value; 14] {
        let flags: Vec<&str> = self.flags.names().collect();
        [
            json!(self.status.name()),
            self.point.map_or(Value::Null, |p| rounded(p.lon, 6)),
            self.point.map_or(Value::Null, |p| rounded(p.lat, 6)),
            self.grid.map_or(Value::Null, |g| rounded(g.easting, 0)),
            self.grid.map_or(Value::Null, |g| rounded(g.northing, 0)),
            json!(self.class.code()),
            rounded(self.radius_m, 0),
            rounded(self.confidence.msoa, 3),
            rounded(self.confidence.cell8, 3),
            rounded(self.confidence.cell9, 3),
            rounded(self.score_gap, 3),
            json!(self.method),
            json!(self.matched_id),
            json!(flags.join(" ")),
        ]
    }

    /// The same as a JSON object, with the candidates.
    #[must_use]
    pub fn to_json(&self) -> Value {
        let mut object: Map<String, Value> = ANSWER_COLUMNS.into_iter().map(str::to_owned).zip(self.values()).collect();
        object.insert("candidates".to_owned(), self.candidates.iter().map(Candidate::to_json).collect());
        Value::Object(object)
    }
}

impl Candidate {
    /// As a JSON object.
    #[must_use]
    pub fn to_json(&self) -> Value {
        json!({
            "name": self.name, "id": self.id, "precision_class": self.class.code(), "share": rounded(self.share, 3),
            "lon": rounded(self.point.lon, 6), "lat": rounded(self.point.lat, 6),
        })
    }
}
