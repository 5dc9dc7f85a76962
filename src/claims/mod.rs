//! Stored results: a claim or a briefing with its question and the data it saw, listed and made again byte for byte.
//!
//! What is stored is the question as names and values (a polygon as GeoJSON), the first day not looked at, and the answer as the bytes
//! that were given. Making it again asks the same question of today's data up to that day: months imported later change nothing, a
//! month that was delivered again does, and is said. May use: model, area, workspace, snapshot, analysis.

use serde::{Deserialize, Serialize};

use crate::{
    analysis::{
        AnalysisError, BriefingRequest, CompareRequest, METHOD_VERSION, Parameters, PlaceRef, briefing, compare,
    },
    area::{PropertyChoice, read_geojson},
    model::{Caller, Day, QueryError},
    snapshot::Snapshot,
    workspace::{StoredClaim, Workspace, WorkspaceError, user_name},
};

/// Longest question stored.
const MAX_REQUEST_BYTES: usize = 2 << 20;

/// Why a stored result could not be made, kept or made again.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ClaimError {
    /// The question, or the data's answer to it.
    #[error(transparent)]
    Analysis(#[from] AnalysisError),
    /// The workspace.
    #[error(transparent)]
    Workspace(#[from] WorkspaceError),
    /// There is no such result.
    #[error("there is no claim {id:?}; `places claims list` lists them")]
    NotFound {
        /// The identity asked for, cut at 40 characters.
        id: String,
    },
    /// What is stored cannot be read.
    #[error("claim {id} cannot be read: {reason}")]
    Unreadable {
        /// Identity.
        id: String,
        /// Why.
        reason: String,
    },
    /// The question is too long to be kept.
    #[error("the polygon is too large to be stored with a claim ({bytes} bytes; at most {MAX_REQUEST_BYTES})")]
    TooLong {
        /// Its length.
        bytes: usize,
    },
}

impl From<QueryError> for ClaimError {
    fn from(error: QueryError) -> Self {
        Self::Analysis(error.into())
    }
}

/// What kind of result is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A comparison.
    Compare,
    /// A briefing.
    Briefing,
}

impl Kind {
    /// The word stored.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Compare => "compare",
            Self::Briefing => "briefing",
        }
    }
}

/// A question as it is stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Asked {
    /// Names and values.
    pub parameters: Vec<(String, String)>,
    /// Text of each GeoJSON file that a value names.
    #[serde(default)]
    pub polygons: Vec<(String, String)>,
}

impl Asked {
    /// A question without polygons.
    #[must_use]
    pub fn new(parameters: Vec<(String, String)>) -> Self {
        Self { parameters, polygons: Vec::new() }
    }

    /// The question with a parameter named that it leaves open.
    fn naming(&self, name: &str, values: &[String]) -> Self {
        let mut made = self.clone();
        if !made.parameters.iter().any(|p| p.0 == name) {
            made.parameters.extend(values.iter().map(|v| (name.to_owned(), v.clone())));
        }
        made
    }

    /// The comparison that is asked for.
    ///
    /// # Errors
    /// [`QueryError`] for a parameter, or a polygon that is none.
    pub fn compare(&self, caller: &Caller) -> Result<CompareRequest, QueryError> {
        let mut places = Vec::new();
        for (name, text) in &self.polygons {
            places.push((name.clone(), polygon(name, text)?));
        }
        let known = |value: &str| places.iter().find(|(name, _)| name == value).map(|(_, place)| place.clone());
        CompareRequest::parse(Parameters::new(self.parameters.clone()), known, caller)
    }
}

/// The polygons of a GeoJSON text, all together, as a place.
fn polygon(name: &str, text: &str) -> Result<PlaceRef, QueryError> {
    let error = |reason: String| QueryError::invalid("place", name, format!("a GeoJSON file with polygons: {reason}"));
    // The name of a feature is of no use here: every polygon is part of the place.
    let text = with_codes(text).map_err(error)?;
    let choice = PropertyChoice { code: Some("part".to_owned()), name: None };
    let (areas, _) = read_geojson(text.as_bytes(), &choice).map_err(|e| error(e.to_string()))?;
    let polygons: Vec<geo::Polygon> = areas.into_iter().flat_map(|a| a.polygons.0).collect();
    if polygons.is_empty() {
        return Err(error("there is none".to_owned()));
    }
    let stem =
        std::path::Path::new(name).file_stem().map_or_else(|| name.to_owned(), |s| s.to_string_lossy().into_owned());
    Ok(PlaceRef::Polygon(stem, geo::MultiPolygon(polygons)))
}

/// Features with a number as their code; a bare geometry or feature becomes a collection.
fn with_codes(text: &str) -> Result<String, String> {
    let mut value: serde_json::Value = serde_json::from_str(text).map_err(|e| e.to_string())?;
    let kind = value.get("type").and_then(|t| t.as_str()).unwrap_or_default().to_owned();
    let features = match kind.as_str() {
        "FeatureCollection" => value.get_mut("features").map(serde_json::Value::take).unwrap_or_default(),
        "Feature" => serde_json::json!([value]),
        _ => serde_json::json!([{ "type": "Feature", "properties": {}, "geometry": value }]),
    };
    let mut features = features;
    for (i, feature) in features.as_array_mut().into_iter().flatten().enumerate() {
        if let Some(object) = feature.as_object_mut() {
            object.insert("properties".to_owned(), serde_json::json!({ "part": format!("{i:06}") }));
        }
    }
    Ok(serde_json::json!({ "type": "FeatureCollection", "features": features }).to_string())
}

/// A result, ready to be shown or stored: the bytes are the same on every run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Made {
    /// The question with what it left open named: sources, and the period of a briefing. What is stored, so that a source
    /// that comes later changes nothing.
    pub asked: Asked,
    /// Identity.
    pub id: String,
    /// First day not looked at.
    pub cutoff: String,
    /// JSON, one line.
    pub json: String,
}

/// Answers a question.
///
/// # Errors
/// [`ClaimError`] with the reason why there is no answer.
pub fn make(
    snapshot: &Snapshot,
    kind: Kind,
    asked: &Asked,
    cutoff: Option<Day>,
    caller: &Caller,
) -> Result<Made, ClaimError> {
    let text = |value: serde_json::Result<String>| {
        value.map_err(|e| ClaimError::Unreadable { id: String::new(), reason: e.to_string() })
    };
    match kind {
        Kind::Compare => {
            let request = CompareRequest { cutoff, ..asked.compare(caller)? }.resolved(snapshot);
            let claim = compare(snapshot, &request)?;
            Ok(Made {
                asked: asked.naming("source", &request.query.sources),
                id: claim.claim_id.clone(),
                cutoff: claim.data_cutoff.clone(),
                json: text(serde_json::to_string(&claim))?,
            })
        }
        Kind::Briefing => {
            let mut request = BriefingRequest::parse(Parameters::new(asked.parameters.clone()), caller)?;
            if request.as_of.is_none() {
                request.as_of = cutoff;
            }
            let request = request.resolved(snapshot)?;
            let made = briefing(snapshot, &request)?;
            let mut asked = asked.naming("source", &request.query.sources);
            let open = [
                ("layer", request.layer.clone()),
                ("as_of", request.as_of.map(|d| d.to_string())),
                ("since", request.since.map(|d| d.to_string())),
            ];
            for (name, value) in open {
                asked = asked.naming(name, &value.into_iter().collect::<Vec<_>>());
            }
            Ok(Made {
                asked,
                id: made.briefing_id.clone(),
                cutoff: made.as_of.clone(),
                json: text(serde_json::to_string(&made))?,
            })
        }
    }
}

/// Stores a result; the same one again changes nothing.
///
/// # Errors
/// [`ClaimError`]; nothing is then stored.
pub fn store(workspace: &Workspace, kind: Kind, made: &Made) -> Result<(), ClaimError> {
    let request = serde_json::to_string(&made.asked)
        .map_err(|e| ClaimError::Unreadable { id: made.id.clone(), reason: e.to_string() })?;
    if request.len() > MAX_REQUEST_BYTES {
        return Err(ClaimError::TooLong { bytes: request.len() });
    }
    let claim = StoredClaim {
        id: made.id.clone(),
        kind: kind.name().to_owned(),
        request,
        cutoff: made.cutoff.clone(),
        result: made.json.clone(),
    };
    workspace.desk()?.add_claim(&claim, &user_name())?;
    Ok(())
}

/// A stored result.
///
/// # Errors
/// [`ClaimError::NotFound`], or the workspace's.
pub fn find(workspace: &Workspace, id: &str) -> Result<StoredClaim, ClaimError> {
    let found = workspace.claims()?.into_iter().find(|c| c.id == id);
    found.ok_or_else(|| ClaimError::NotFound { id: id.chars().take(40).collect() })
}

/// A result made again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Replayed {
    /// What was stored.
    pub stored: StoredClaim,
    /// What the same question gives now.
    pub now: Made,
    /// Whether both are the same to the byte.
    pub same: bool,
    /// Why they may differ, as a sentence; empty when they are the same.
    pub why: String,
}

/// Makes a stored result again from today's data, up to the day it was made with.
///
/// # Errors
/// [`ClaimError`] with the reason why it cannot be made again.
pub fn replay(workspace: &Workspace, snapshot: &Snapshot, id: &str, caller: &Caller) -> Result<Replayed, ClaimError> {
    let stored = find(workspace, id)?;
    let unreadable = |reason: String| ClaimError::Unreadable { id: id.to_owned(), reason };
    let asked: Asked = serde_json::from_str(&stored.request).map_err(|e| unreadable(e.to_string()))?;
    let kind = [Kind::Compare, Kind::Briefing].into_iter().find(|k| k.name() == stored.kind);
    let kind = kind.ok_or_else(|| unreadable(format!("its kind {:?} is not known", stored.kind)))?;
    let cutoff = Day::parse(&stored.cutoff).map_err(|e| unreadable(e.to_string()))?;
    let now = make(snapshot, kind, &asked, Some(cutoff), caller)?;
    let same = now.json == stored.result;
    let field = |json: &str, name: &str| -> String {
        let value: Option<serde_json::Value> = serde_json::from_str(json).ok();
        value.and_then(|v| v.get(name).and_then(|f| f.as_str().map(str::to_owned))).unwrap_or_default()
    };
    let why = if same {
        String::new()
    } else if field(&stored.result, "method_version") != METHOD_VERSION {
        format!(
            "it was made with method version {}, this program has {METHOD_VERSION}",
            field(&stored.result, "method_version")
        )
    } else if field(&stored.result, "data_fingerprint") != field(&now.json, "data_fingerprint") {
        format!(
            "the data before {cutoff} is no longer what it was: a month was delivered again or added, or the definition changed"
        )
    } else {
        "areas, populations, weights or settings have changed since".to_owned()
    };
    Ok(Replayed { stored, now, same, why })
}
